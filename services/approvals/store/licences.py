"""Licence numbers in use: read for the posts that name one, saved as taken or set free."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.approvals.domain import ApprovalsWorld
from shared.events import Event, LicenceCorrected, LicenceIssued
from shared.events.base import among
from shared.identifiers import licence_number

_IN_USE: Final = text("SELECT issuer, number, subject FROM licence WHERE number = ANY(CAST(:numbers AS text[]))")
_FREE: Final = text("""
    DELETE FROM licence USING unnest(CAST(:issuers AS text[]), CAST(:numbers AS text[])) AS free(issuer, number)
    WHERE (licence.issuer, licence.number) = (free.issuer, free.number)
""")
_TAKE: Final = text("""
    INSERT INTO licence (issuer, number, subject)
    SELECT * FROM unnest(CAST(:issuers AS text[]), CAST(:numbers AS text[]), CAST(:subjects AS text[]))
""")


async def load(connection: AsyncConnection, world: ApprovalsWorld, events: Sequence[Event]) -> None:
    """Load who uses the numbers that these events name."""
    named = [event.number for event in among(events, LicenceIssued, LicenceCorrected)]
    named += [event.right_number for event in among(events, LicenceCorrected)]
    if named:
        rows = await connection.execute(_IN_USE, {"numbers": [licence_number(one) for one in named]})
        world.licences = {(row.issuer, row.number): row.subject for row in rows}
        world.licensed = frozenset(world.licences)


async def save(connection: AsyncConnection, world: ApprovalsWorld) -> None:
    """Save what was taken and set free; a number taken meanwhile by another instance breaks the group."""
    changed = sorted(world.changes.licences)
    if freed := [key for key in changed if key in world.licensed]:
        issuers, numbers = zip(*freed, strict=True)
        await connection.execute(_FREE, {"issuers": list(issuers), "numbers": list(numbers)})
    if taken := [(*key, world.licences[key]) for key in changed if key in world.licences]:
        columns = zip(("issuers", "numbers", "subjects"), map(list, zip(*taken, strict=True)), strict=True)
        await connection.execute(_TAKE, dict(columns))
