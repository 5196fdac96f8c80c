"""The system as one test sees it: a real PostgreSQL with empty databases, a real NATS with an empty stream."""

import asyncio
import importlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg
import httpx
import nats as nats_py
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from nats.aio.client import Client
from nats.js.errors import NotFoundError
from sqlalchemy import make_url

from deploy.embedded import Nats, Postgres
from deploy.prepare import metadata_of
from shared import envelope, keys
from shared.database import Database
from shared.envelope import Fact, read_published
from shared.events import Event
from shared.migrate import migrate
from shared.outbox import derived_id, source_of
from shared.settings import ServiceSettings
from shared.stream import STREAM, provision, subject_of
from tests.builders import ROOT

_EMPTY: Final = """
    DO $$ DECLARE name text; BEGIN
        PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid();
        SET LOCAL session_replication_role = replica;
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
            AND tablename NOT IN ('alembic_version', 'outbox_counter') LOOP
            EXECUTE format('DELETE FROM %I', name);
        END LOOP;
        UPDATE outbox_counter SET last = 0, published = 0;
    END $$
"""
_CUT: Final = (
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    OSError,
)
"""What a connection answers whose server a test has ended."""
Rows = list[dict[str, Any]]


async def until(true: Callable[[], Awaitable[bool]], within: float = 10) -> None:
    """Wait until something has come true."""
    async with asyncio.timeout(within):
        while not await true():  # noqa: ASYNC110  (what changes is in another process)
            await asyncio.sleep(0.02)


class Databases:
    """One database per service, migrated once a run and emptied after every test that used it."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._migrated: set[str] = set()
        self._used: set[str] = set()
        self._behind: dict[str, asyncpg.Connection] = {}
        self._turn = asyncio.Lock()

    async def url(self, service: str) -> str:
        """Return the address of a service's database, which is empty."""
        url = self._postgres.url(service)
        if service not in self._migrated:
            self._postgres.drop_database(service)
            self._postgres.create_database(service)
            await migrate(service, make_url(url), metadata_of(service))
            self._migrated.add(service)
        self._used.add(service)
        return url

    async def empty(self) -> None:
        """Empty what was used, whoever is still connected."""
        for service in self._used:
            await self._ask(service, _EMPTY)
        self._used.clear()

    async def rows(self, service: str, query: str, *values: object) -> Rows:
        """Return what a query finds behind a service's back."""
        await self.url(service)
        return [dict(row) for row in await self._ask(service, query, *values)]

    async def _ask(self, service: str, query: str, *values: object) -> Any:  # noqa: ANN401  (asyncpg has no types)
        """Ask over the run's own connection, which no emptying ends: to make one anew takes longer than to ask."""
        async with self._turn:
            if (behind := self._behind.get(service)) is not None:
                with suppress(*_CUT):
                    return await behind.fetch(query, *values)
            self._behind[service] = await asyncpg.connect(self._postgres.dsn(service, user="postgres"))
            return await self._behind[service].fetch(query, *values)

    async def leave(self) -> None:
        """Close what was opened."""
        for connection in self._behind.values():
            await connection.close()


class System:
    """Services, started as a test needs them, and a look behind them."""

    def __init__(self, postgres: Postgres, nats: Nats, databases: Databases) -> None:
        self.postgres = postgres
        self.nats = nats
        self._databases = databases
        self._stack = AsyncExitStack()
        self._opened: dict[str, Database] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator["System"]:
        """Give the test an empty stream, and take away what it used."""
        self.operator: Client = await nats_py.connect(self.nats.url("operator"))
        try:
            await self.lose_stream()
            await provision(self.operator.jetstream())
            async with self._stack:
                yield self
        finally:
            await self.operator.close()
            await self._databases.empty()

    async def lose_stream(self) -> None:
        """Delete the stream with everything in it."""
        try:
            await self.operator.jetstream().delete_stream(STREAM)
        except NotFoundError:
            return

    async def database(self, service: str) -> Database:
        """Return connections to a service's database."""
        if service not in self._opened:
            self._opened[service] = Database(make_url(await self._databases.url(service)))
            self._stack.push_async_callback(self._opened[service].close)
        return self._opened[service]

    async def empty(self, service: str) -> Database:
        """Lose everything in a service's database."""
        await (await self.database(service)).close()
        del self._opened[service]
        await self._databases.empty()
        return await self.database(service)

    async def settings(self, service: str, **changes: object) -> ServiceSettings:
        """Return a service's settings in this test."""
        addresses = {"database_url": await self._databases.url(service), "nats_url": self.nats.url(service)}
        if service == keys.HOME:
            addresses["nats_issuer_seed"] = self.nats.issuer_seed
        addresses |= {"fonts_folder": str(ROOT / ".chunfeng" / "fonts")}
        module = importlib.import_module(f"services.{service}.settings")
        made: ServiceSettings = module.Settings(port=0, **addresses | changes)
        return made

    @asynccontextmanager
    async def serving(self, service: str, **changes: object) -> AsyncIterator[httpx.AsyncClient]:
        """Run a service in this process and yield a client of it; a second time, a second instance of it."""
        module = importlib.import_module(f"services.{service}.app")
        app: FastAPI = module.build(await self.settings(service, **changes))
        async with (
            LifespanManager(app, startup_timeout=30, shutdown_timeout=30) as manager,
            client_of(manager.app) as client,
        ):
            yield client

    async def rows(self, service: str, query: str, *values: object) -> Rows:
        """Return what a query finds in a service's database, seen from beside the service."""
        return await self._databases.rows(service, query, *values)

    async def count(self, service: str, table: str) -> int:
        """Count a table's rows."""
        (row,) = await self.rows(service, f"SELECT count(*) FROM {table}")  # noqa: S608  (a test's own word)
        return int(row["count"])

    async def publish(self, service: str, payload: bytes, event_type: str = "chunfeng.test.v1") -> None:
        """Put a message into the stream as a service would."""
        await self.operator.jetstream().publish(subject_of(service, event_type), payload)

    async def stream(self) -> list[Fact]:
        """Return every fact in the stream, in order."""
        stream = self.operator.jetstream()
        last = (await stream.stream_info(STREAM)).state.last_seq
        messages = [await stream.get_msg(STREAM, number, direct=True) for number in range(1, last + 1)]
        return [read_published(message.data or b"") for message in messages]


def client_of(app: Any) -> httpx.AsyncClient:  # noqa: ANN401  (any ASGI application)
    """Return a client of an application in this process; its failures come as answers, as over a network."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://service", timeout=30)


def fact(service: str, sequence: int, event: Event, **attributes: Any) -> bytes:  # noqa: ANN401  (of a CloudEvent)
    """Write a fact as its service would publish it."""
    usual: Mapping[str, Any] = {
        "event_id": derived_id(service, sequence),
        "source": source_of(service),
        "time": datetime(2022, 3, 16, 1, 0, tzinfo=UTC),
        "version": 1,
        "correlation_id": f"cause-{sequence}",
    }
    return envelope.with_sequence(envelope.write(event, **{**usual, **attributes}), sequence)


async def together(*work: Awaitable[Any]) -> Sequence[Any]:
    """Do several things at once."""
    return await asyncio.gather(*work)
