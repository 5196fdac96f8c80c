"""Migrations: one Alembic environment for every service, the spine's revisions first. No service needs it to run."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import alembic.command
from alembic.config import Config
from sqlalchemy import URL, Connection, MetaData
from sqlalchemy.ext.asyncio import create_async_engine

_ROOT: Final = Path(__file__).parent.parent


def alembic_config(service: str, connection: Connection, metadata: Sequence[MetaData]) -> Config:
    """Configure the one Alembic environment for one service: the spine's revisions, then its own."""
    config = Config()
    config.set_main_option("script_location", str(_ROOT / "shared" / "migrations"))
    config.set_main_option("path_separator", "os")
    versions = [_ROOT / "shared" / "migrations" / "versions", _ROOT / "services" / service / "migrations"]
    config.set_main_option("version_locations", ":".join(str(path) for path in versions))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = list(metadata)
    return config


async def migrate(service: str, url: URL, metadata: Sequence[MetaData], to: Sequence[str] = ("heads",)) -> None:
    """Bring a service's database to the newest revision, or to the ones named."""

    def upgrade(connection: Connection) -> None:
        for revision in to:
            alembic.command.upgrade(alembic_config(service, connection, metadata), revision)

    engine = create_async_engine(url, hide_parameters=True)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
    finally:
        await engine.dispose()
