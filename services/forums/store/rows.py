"""Between the frozen values the rules know and the rows of the tables."""

from dataclasses import asdict, fields
from typing import TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from services.forums import tables
from services.forums.domain.state import State

S = TypeVar("S")


def state_of(kind: type[S], row: tables.Table) -> S:
    """Return a row as the frozen value the rules know."""
    return kind(**{field.name: getattr(row, field.name) for field in fields(kind)})  # type: ignore[arg-type]


async def save(session: AsyncSession, state: State) -> None:
    """Save a value as its row: the table of the same name."""
    table: type[tables.Table] = getattr(tables, type(state).__name__)
    await session.merge(table(**asdict(state)))
