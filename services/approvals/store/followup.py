"""Follow-ups in the database: what a group of events bears on, what the clock brings next."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.approvals.domain.followed import FollowUp
from shared.database import Transaction, rows
from shared.events import ApprovalCorrected, Event, FollowUpEvent
from shared.events.base import among

_READ = "SELECT record FROM followup WHERE subject = ANY($1::text[])"
_SAVE = """
    INSERT INTO followup (subject, session, state, due, next_at, record)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::timestamptz[], $6::text[])
    ON CONFLICT (subject) DO UPDATE SET session = excluded.session, state = excluded.state, due = excluded.due,
        next_at = excluded.next_at, record = excluded.record
"""
_IS_DUE = text("SELECT EXISTS (SELECT FROM followup WHERE next_at <= :now)")
_DUE = text("SELECT record FROM followup WHERE next_at <= :now ORDER BY next_at, subject")


async def load(session: Transaction, events: Sequence[Event]) -> dict[str, FollowUp]:
    """Load the follow-ups that events bear on; a signing begins one, so there is none to load for it."""
    subjects = {event.subject for event in among(events, FollowUpEvent, ApprovalCorrected)}
    if not subjects:
        return {}
    found = [FollowUp.model_validate_json(record) for (record,) in await rows(session, _READ, list(subjects))]
    return {follow.subject: follow for follow in found}


async def save(session: Transaction, follows: Iterable[FollowUp]) -> None:
    """Save follow-ups as they stand."""
    ordered = sorted(follows, key=lambda one: one.subject)
    values = [(one.subject, one.session, one.state, one.due, one.next_at, one.model_dump_json()) for one in ordered]
    await rows(session, _SAVE, *map(list, zip(*values, strict=True)))


async def is_due(connection: AsyncConnection, now: datetime) -> bool:
    """Tell whether the clock brings a fact of any follow-up."""
    return bool((await connection.execute(_IS_DUE, {"now": now})).scalar_one())


async def due(connection: AsyncConnection, now: datetime) -> list[FollowUp]:
    """List the follow-ups to which the clock brings a fact, the longest due first."""
    return [FollowUp.model_validate_json(record) for record in (await connection.execute(_DUE, {"now": now})).scalars()]
