"""A service's database: sessions in which one request group or one batch of facts is one transaction; migrations."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import alembic.command
import asyncpg
import sqlalchemy.exc
from alembic.config import Config
from sqlalchemy import URL, Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

ROOT = Path(__file__).parent.parent
_ASKED_WRONGLY = ("0A", "21", "22", "23", "42", "44")
"""Classes of SQLSTATE that lie in the statement or its values: no waiting mends them."""


class Database:
    """Connections to one service's database."""

    def __init__(self, url: URL, *, pool: int = 10) -> None:
        """Take the address; nothing is opened before the first transaction."""
        self.url = url
        self._engine = create_async_engine(url, pool_size=pool, max_overflow=0, hide_parameters=True)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Open a session that commits at the end of the block and rolls back on any error."""
        async with AsyncSession(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a session for reads; whatever it changed is rolled back."""
        async with AsyncSession(self._engine, expire_on_commit=False) as session:
            yield session

    async def answers(self) -> bool:
        """Tell whether the database answers within a second."""
        try:
            async with asyncio.timeout(1), self.reading() as session:
                await session.connection()
                await (await session.connection()).execute(text("SELECT 1"))
        except Exception:  # noqa: BLE001  (any failure means: not ready)
            return False
        return True

    async def close(self) -> None:
        await self._engine.dispose()


async def rows(session: AsyncSession, statement: str, *values: object) -> Sequence[Sequence[Any]]:
    """Run a statement of the hot path, its values as $1, $2 …, and return its rows as plain tuples.

    Past SQLAlchemy, which costs as much again as the driver; its part is to begin and to end the transaction.
    """
    connection = await session.connection()
    driver: asyncpg.Connection = (await connection.get_raw_connection()).driver_connection
    if not driver.is_in_transaction():  # SQLAlchemy begins one with the first statement it sees
        return (await connection.exec_driver_sql(statement, values)).all()
    try:
        found: list[Sequence[Any]] = await driver.fetch(statement, *values)
    except asyncpg.IntegrityConstraintViolationError as error:
        raise sqlalchemy.exc.IntegrityError(statement, None, error, hide_parameters=True) from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise sqlalchemy.exc.DBAPIError(statement, None, error, hide_parameters=True) from error
    return found


def sql_class(error: BaseException) -> str | None:
    """Return the class of an error of PostgreSQL, the first two characters of its SQLSTATE."""
    state = getattr(error.orig, "sqlstate", None) if isinstance(error, sqlalchemy.exc.DBAPIError) else None
    return state[:2] if isinstance(state, str) else None


def is_away(error: BaseException) -> bool:
    """Tell whether an error means that the database cannot be had just now, so that the same may succeed later."""
    if isinstance(error, sqlalchemy.exc.DBAPIError):
        return sql_class(error) not in _ASKED_WRONGLY
    # asyncpg stumbles over a connection that is lost while it is being made: InternalClientError.
    unreachable = (OSError, TimeoutError, sqlalchemy.exc.TimeoutError, asyncpg.InternalClientError)
    return isinstance(error, unreachable)


def alembic_config(service: str, connection: Connection, metadata: Sequence[MetaData]) -> Config:
    """Configure the one Alembic environment for one service: the spine's revisions, then its own."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "shared" / "migrations"))
    config.set_main_option("path_separator", "os")
    versions = [ROOT / "shared" / "migrations" / "versions", ROOT / "services" / service / "migrations"]
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
