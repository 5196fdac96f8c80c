"""Licence numbers in use: read for the posts that name one, saved as taken or set free."""

from collections.abc import Sequence
from typing import Final

from services.approvals.domain import ApprovalsWorld
from shared.database import Transaction, rows
from shared.events import Event, LicenceCorrected, LicenceIssued
from shared.events.base import among
from shared.identifiers import licence_number

_IN_USE: Final = "SELECT issuer, number, subject FROM licence WHERE number = ANY($1::text[])"
_FREE: Final = """
    DELETE FROM licence USING unnest($1::text[], $2::text[]) AS free(issuer, number)
    WHERE (licence.issuer, licence.number) = (free.issuer, free.number)
"""
_TAKE: Final = """
    INSERT INTO licence (issuer, number, subject) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
"""


async def load(session: Transaction, world: ApprovalsWorld, events: Sequence[Event]) -> None:
    """Load who uses the numbers that these events name."""
    named = [event.number for event in among(events, LicenceIssued, LicenceCorrected)]
    named += [event.right_number for event in among(events, LicenceCorrected)]
    if named:
        found = await rows(session, _IN_USE, [licence_number(one) for one in named])
        world.licences = {(issuer, number): subject for issuer, number, subject in found}
        world.licensed = frozenset(world.licences)


async def save(session: Transaction, world: ApprovalsWorld) -> None:
    """Save what was taken and set free; a number taken meanwhile by another instance breaks the group."""
    changed = sorted(world.changes.licences)
    if freed := [key for key in changed if key in world.licensed]:
        await rows(session, _FREE, *map(list, zip(*freed, strict=True)))
    if taken := [(*key, world.licences[key]) for key in changed if key in world.licences]:
        await rows(session, _TAKE, *map(list, zip(*taken, strict=True)))
