"""What bears on a session before its day: the sessions beside it, duties, and whom a change is still to be told."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.approvals.domain import ApprovalsWorld
from services.approvals.domain.state import DutyKey, Fulfilment
from shared.events import (
    CampaignPlanned,
    DutyEvent,
    DutyReopened,
    Event,
    SessionCancelled,
    SessionReady,
    SessionRescheduled,
    SessionScheduled,
)
from shared.events.base import among

_DATED: Final = (SessionScheduled, SessionRescheduled)
LOCKING: Final = (*_DATED, SessionCancelled, SessionReady, DutyReopened)
"""Events that wait for what other instances are writing of their sessions."""

_DUTIES = text("""
    SELECT campaign, session, duty, unit, fulfilled_at, note, evidence FROM duty
    WHERE campaign = ANY(CAST(:campaigns AS text[]))
""")
_SAVE_DUTIES = text("""
    INSERT INTO duty (campaign, session, duty, unit, fulfilled_at, note, evidence, untold)
    SELECT *, false FROM unnest(CAST(:campaign AS text[]), CAST(:session AS text[]), CAST(:duty AS text[]),
        CAST(:unit AS text[]), CAST(:fulfilled_at AS timestamptz[]), CAST(:note AS text[]), CAST(:evidence AS text[]))
    ON CONFLICT (campaign, session, duty, unit) DO UPDATE SET fulfilled_at = excluded.fulfilled_at,
        note = excluded.note, evidence = excluded.evidence, untold = false
""")
_UNTOLD = text("""
    INSERT INTO untold (session, reason, changes, since)
    SELECT session, reason, 1, NULL FROM unnest(CAST(:sessions AS text[]), CAST(:reasons AS text[]))
        AS changed(session, reason)
    ON CONFLICT (session) DO UPDATE SET reason = excluded.reason, changes = untold.changes + 1, due_at = NULL
""")


def campaigns(events: Sequence[Event]) -> set[str]:
    """Name the campaigns that events without a session are about, and those to be cloned."""
    named = {event.campaign for event in among(events, DutyEvent)}
    return named | {event.cloned_from for event in among(events, CampaignPlanned) if event.cloned_from}


def sessions_beside(world: ApprovalsWorld, events: Sequence[Event]) -> set[str]:
    """Name the sessions that have to be looked at too: dates are compared, readiness may go with a duty."""
    asked = {event.campaign for event in among(events, *_DATED, DutyReopened)}
    return {
        planned.session
        for campaign in asked
        if (registry := world.registries.get(campaign)) is not None
        for planned in registry.plan.sessions
    }


async def load(connection: AsyncConnection, world: ApprovalsWorld, events: Sequence[Event]) -> None:
    """Add how duties stand to a world that needs to know."""
    asked = {event.campaign for event in among(events, DutyEvent, SessionReady)}
    if asked:
        world.duties = await duties_of(connection, asked)


async def duties_of(connection: AsyncConnection, campaigns: set[str]) -> dict[DutyKey, Fulfilment]:
    """Return how the duties of campaigns stand; what nobody has touched is not there."""
    rows = await connection.execute(_DUTIES, {"campaigns": list(campaigns)})
    return {one.key: one for one in (Fulfilment(*row) for row in rows)}


async def save(connection: AsyncConnection, world: ApprovalsWorld) -> None:
    """Save how duties stand now, and that a change of date or place is to be told."""
    changes = world.changes
    if changes.duties:
        fulfilments = [world.duties[key] for key in sorted(changes.duties)]
        columns = [list(column) for column in zip(*fulfilments, strict=True)]
        await connection.execute(_SAVE_DUTIES, dict(zip(Fulfilment._fields, columns, strict=True)))
    if changes.untold:
        sessions = sorted(changes.untold)
        reasons = [changes.untold[session] for session in sessions]
        await connection.execute(_UNTOLD, {"sessions": sessions, "reasons": reasons})
