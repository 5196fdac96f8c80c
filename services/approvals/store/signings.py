"""What bears on signings and licences beyond their application: pre-reviews, document and licence numbers, follow-ups.

Their statements are written for the driver, so that they can be run with it alone (shared.intake.Straight).
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from services.approvals.domain import ApprovalsWorld
from services.approvals.domain.prereview import Prereview
from services.approvals.domain.state import First
from services.approvals.store import followup, licences
from shared.database import Transaction, rows
from shared.events import (
    ApplicationDocketed,
    ApplicationPrereviewed,
    ApplicationReturned,
    ApprovalSigned,
    Decision,
    Event,
)
from shared.events.base import among

_PREREVIEWS: Final = f"""
    SELECT {", ".join(Prereview._fields)} FROM prereview WHERE subject = ANY($1::text[])
"""  # noqa: S608  (own words)
_DOCUMENTS: Final = "SELECT issuer, number, project_code FROM document WHERE number = ANY($1::text[])"
_FIRSTS: Final = """
    SELECT type, subject, event_id FROM outbox
    WHERE subject = ANY($1::text[]) AND type = ANY($2::text[]) ORDER BY sequence
"""
# A number taken meanwhile by another instance breaks the group, which is then decided anew.
_SAVE_DOCUMENTS: Final = """
    INSERT INTO document (issuer, number, project_code) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
"""


async def load(session: Transaction, world: ApprovalsWorld, events: Sequence[Event]) -> None:
    """Add to a world with sessions and applications what decides on signings and licences."""
    await licences.load(session, world, events)
    world.followups = await followup.load(session, events)
    if subjects := _reviewed(world, events):
        found = await rows(session, _PREREVIEWS, subjects)
        world.prereviews = {row[0]: prereview_of(row) for row in found}
    if numbers := _documents(world, events):
        found = await rows(session, _DOCUMENTS, numbers)
        world.documents = {(issuer, number): project for issuer, number, project in found}
    if subjects := _posted_again(world, events):
        found = await rows(session, _FIRSTS, subjects, [ApplicationDocketed.type, ApprovalSigned.type])
        world.firsts = {(event_type, subject): first_of(event_id) for event_type, subject, event_id in found}


def _reviewed(world: ApprovalsWorld, events: Sequence[Event]) -> list[str]:
    """Name the applications whose pre-review is asked for: by whoever reviews, and by a decision if it is gated."""
    gated = {
        name
        for name, registry in world.registries.items()
        if registry.plan.switches.prereview or registry.plan.switches.other_signer
    }
    decided = {one.subject for one in among(events, Decision) if one.campaign in gated} if gated else set()
    return list(decided | {one.subject for one in among(events, ApplicationPrereviewed, ApplicationReturned)})


def _documents(world: ApprovalsWorld, events: Sequence[Event]) -> list[str]:
    watched = {name for name, registry in world.registries.items() if registry.plan.switches.own_documents}
    if not watched:
        return []
    decided = [one for one in among(events, Decision) if one.document_number and one.campaign in watched]
    return list({one.document_number for one in decided})


def _posted_again(world: ApprovalsWorld, events: Sequence[Event]) -> list[str]:
    """Name the applications somebody dockets or decides that are docketed or decided already."""
    docketed = {one.subject for one in among(events, ApplicationDocketed)} & world.applications.keys()
    signed = {one.subject for one in among(events, ApprovalSigned)} & world.applications.keys()
    return list(docketed | {subject for subject in signed if world.applications[subject].outcome})


def first_of(event_id: str) -> First:
    """Read who posted what from a fact's id: service/unit/number/the poster's own id."""
    _, unit, _, own = event_id.split("/", 3)
    return First(own, unit)


def prereview_of(row: Sequence[Any]) -> Prereview:
    """Read a pre-review from its row, in the order of its fields."""
    return Prereview(*row[:-2], *(tuple(json.loads(texts)) for texts in row[-2:]))


async def save(session: Transaction, world: ApprovalsWorld) -> None:
    """Save what deciding changed of these, one statement for each table."""
    changes = world.changes
    await licences.save(session, world)
    if changes.followups:
        await followup.save(session, [world.followups[subject] for subject in changes.followups])
    if changes.documents:
        await rows(session, _SAVE_DOCUMENTS, *map(list, zip(*changes.documents, strict=True)))
