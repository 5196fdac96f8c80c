"""A service's database: sessions in which one request group or one batch of facts is one transaction."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final, TypeAlias

import asyncpg
import sqlalchemy.exc
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.background import in_time

_CONNECT_SECONDS: Final = 5
_ASKED_WRONGLY = ("0A", "21", "22", "23", "42", "44")
"""Classes of SQLSTATE that lie in the statement or its values: no waiting mends them."""
_COLLIDED: Final = "40"
"""Class of SQLSTATE of deadlocks."""

Transaction: TypeAlias = AsyncSession | asyncpg.Connection
"""What statements of the hot path run in: a session, or a transaction of the driver alone."""


class CollidedError(Exception):
    """Another instance has recorded meanwhile what was to be decided here."""


class NotStraightError(Exception):
    """What was to be done with the driver alone needs a session after all; nothing has been done."""


class Database:
    """Connections to one service's database."""

    def __init__(self, url: URL, *, pool: int = 10) -> None:
        """Take the address; nothing is opened before the first transaction."""
        self.url = url
        self._engine = create_async_engine(url, pool_size=pool, max_overflow=0, hide_parameters=True)
        self._idle: list[asyncpg.Connection] = []

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Open a session that commits at the end of the block and rolls back on any error."""
        async with AsyncSession(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def straight(self) -> AsyncIterator[asyncpg.Connection]:
        """Open a transaction of the driver alone, which costs a third of a session; it ends as `transaction` does.

        There are as many connections as there are such transactions at once.
        """
        with _as_sqlalchemy("straight"):
            driver = await self._connected()
            try:
                await driver.execute("BEGIN")
                yield driver
                await _end(driver)
            except BaseException as error:
                if isinstance(error, (NotStraightError, CollidedError, sqlalchemy.exc.IntegrityError)):
                    await driver.execute("ROLLBACK")
                    self._idle.append(driver)
                else:
                    driver.terminate()
                raise
            self._idle.append(driver)

    async def _connected(self) -> asyncpg.Connection:
        while self._idle:
            if not (driver := self._idle.pop()).is_closed():
                return driver
        dsn = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        return await asyncpg.connect(dsn, timeout=_CONNECT_SECONDS)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a session for reads; whatever it changed is rolled back."""
        async with AsyncSession(self._engine, expire_on_commit=False) as session:
            yield session

    async def answers(self) -> bool:
        """Tell whether the database answers within a second."""
        try:
            await in_time(self._ask(), 1)
        except Exception:  # noqa: BLE001  (any failure means: not ready)
            return False
        return True

    async def _ask(self) -> None:
        async with self.reading() as session:
            await (await session.connection()).execute(text("SELECT 1"))

    async def close(self) -> None:
        idle, self._idle = self._idle, []
        for driver in idle:
            driver.terminate()
        await self._engine.dispose()


async def _end(driver: asyncpg.Connection) -> None:
    """Commit; a transaction that has failed ends otherwise, and PostgreSQL sees no error in that."""
    if (ended := await driver.execute("COMMIT")) != "COMMIT":
        raise asyncpg.InterfaceError(ended)


@contextmanager
def _as_sqlalchemy(statement: str) -> Iterator[None]:
    """Raise what the driver raises as SQLAlchemy would, so that there is one way to tell errors apart."""
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as error:
        raise sqlalchemy.exc.IntegrityError(statement, None, error, hide_parameters=True) from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise sqlalchemy.exc.DBAPIError(statement, None, error, hide_parameters=True) from error


async def rows(session: Transaction, statement: str, *values: object) -> Sequence[Sequence[Any]]:
    """Run a statement of the hot path, its values as $1, $2 …, and return its rows as plain tuples.

    Past SQLAlchemy, which costs as much again as the driver; its part is to begin and to end the transaction.
    """
    if isinstance(session, AsyncSession):
        connection = await session.connection()
        driver: Any = (await connection.get_raw_connection()).driver_connection
        if not driver.is_in_transaction():  # SQLAlchemy begins one with the first statement it sees
            return (await connection.exec_driver_sql(statement, values)).all()
    else:
        driver = session
    with _as_sqlalchemy(statement):
        found: list[Sequence[Any]] = await driver.fetch(statement, *values)
    return found


def sql_class(error: BaseException) -> str | None:
    """Return the class of an error of PostgreSQL, the first two characters of its SQLSTATE."""
    state = getattr(error.orig, "sqlstate", None) if isinstance(error, sqlalchemy.exc.DBAPIError) else None
    return state[:2] if isinstance(state, str) else None


def has_collided(error: BaseException) -> bool:
    """Tell whether another transaction took what this one wanted, or both waited for each other: look again."""
    return isinstance(error, (CollidedError, sqlalchemy.exc.IntegrityError)) or sql_class(error) == _COLLIDED


def is_away(error: BaseException) -> bool:
    """Tell whether an error means that the database cannot be had just now, so that the same may succeed later."""
    if isinstance(error, sqlalchemy.exc.DBAPIError):
        return sql_class(error) not in _ASKED_WRONGLY
    # asyncpg stumbles over a connection that is lost while it is being made: InternalClientError.
    unreachable = (OSError, TimeoutError, sqlalchemy.exc.TimeoutError, asyncpg.InternalClientError)
    return isinstance(error, unreachable)
