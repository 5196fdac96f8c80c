"""Contacts: whom to call, kept beside the facts and forgotten in time; that there was one stays (row 89).

A name and a number live in this table alone: no fact, no log line, no stream has them. When their days are over both
are blanked; unit, purpose and dates stay, so that counts are what they were.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import logs
from shared.clock import Clock
from shared.database import Database, is_away
from shared.identifiers import Line
from shared.posted import Caller
from shared.tables import Contact
from shared.vocabulary import Level

_LOOK_EVERY_SECONDS: Final = 60.0
_FORGET: Final = text("""
    UPDATE contact SET name = NULL, phone = NULL, note = NULL, forgotten_at = :now
    WHERE forgotten_at IS NULL AND until <= :now RETURNING id
""")
_FORGET_ONE: Final = text("""
    UPDATE contact SET name = NULL, phone = NULL, note = NULL, forgotten_at = :now
    WHERE id = :id AND unit = :unit AND forgotten_at IS NULL RETURNING id
""")
_COUNT: Final = text(
    "SELECT unit_name, count(*) AS ever, count(name) AS held FROM contact GROUP BY unit_name ORDER BY 1"
)


class NewContact(BaseModel):
    """What is said of a contact."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    purpose: Line
    name: Annotated[str, StringConstraints(min_length=1, max_length=50)]
    phone: Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 -]{5,18}[0-9]$")]
    note: Annotated[str, StringConstraints(max_length=200)] | None = None


async def add(session: AsyncSession, new: NewContact, by: Caller, now: datetime, days: int) -> None:
    """Keep a contact for some days."""
    values: dict[str, Any] = new.model_dump()
    values |= {"unit": by.unit, "unit_name": by.unit_name, "division": by.division}
    session.add(Contact(**values, noted_at=now, until=now + timedelta(days=days)))


async def seen_by(session: AsyncSession, caller: Caller) -> Sequence[Contact]:
    """List the contacts a caller may see: the city's units all, a banner's those of its division."""
    query = select(Contact).where(col(Contact.forgotten_at).is_(None)).order_by(col(Contact.unit), col(Contact.id))
    if caller.level is not Level.CITY:
        query = query.where(col(Contact.division) == caller.division)
    return (await session.exec(query.limit(1000))).all()


async def counts(session: AsyncSession) -> list[tuple[str, int, int]]:
    """Count each unit's contacts: all there ever were, and those not yet forgotten."""
    rows = await (await session.connection()).execute(_COUNT)
    return [(row.unit_name, row.ever, row.held) for row in rows]


async def forget_one(session: AsyncSession, number: int, by: Caller, now: datetime) -> bool:
    """Forget one of a caller's own contacts at once; False if it has none such."""
    values = {"id": number, "unit": by.unit, "now": now}
    return (await (await session.connection()).execute(_FORGET_ONE, values)).first() is not None


async def forget(database: Database, now: datetime) -> int:
    """Forget whose days are over; return how many."""
    async with database.transaction() as session:
        forgotten = (await (await session.connection()).execute(_FORGET, {"now": now})).all()
    if forgotten:
        logs.get().info("contacts.forgotten", contacts=len(forgotten))
    return len(forgotten)


async def forget_in_time(database: Database, clock: Clock) -> None:
    """Forget whose days are over, for ever."""
    while True:
        try:
            await forget(database, clock.now())
        except Exception as error:
            if not is_away(error):
                raise
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
