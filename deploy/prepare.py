"""Prepares what the services stand on: the stream FACTS and every service's tables, at their newest revision."""

import importlib
from collections.abc import Mapping
from typing import Final

from sqlalchemy import URL, MetaData

from deploy.connection import connection
from shared.migrate import migrate
from shared.stream import provision
from shared.tables import Spine

SERVICES: Final = ("approvals", "forums", "policy", "bulletin")


def metadata_of(service: str) -> list[MetaData]:
    """Return the spine's and the service's tables."""
    tables = importlib.import_module(f"services.{service}.tables")
    return [Spine.metadata, tables.Table.metadata]


async def prepare_databases(databases: Mapping[str, URL]) -> None:
    """Migrate each service's database."""
    for service, url in databases.items():
        await migrate(service, url, metadata_of(service))


async def prepare_stream(url: str, *, user: str | None = None, password: str | None = None, replicas: int = 1) -> None:
    """Create the stream, or bring it to its declaration."""
    options = {"user": user, "password": password} if user else {}
    async with connection(url, connect_timeout=5, **options) as client:
        await provision(client.jetstream(), replicas)
