"""Follow-ups in the database: what a group of events bears on, what the clock brings next."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.approvals.domain.followed import FollowUp
from shared.events import ApprovalCorrected, Event, FollowUpEvent
from shared.events.base import among

_READ = text("SELECT record FROM followup WHERE subject = ANY(CAST(:subjects AS text[]))")
_SAVE = text("""
    INSERT INTO followup (subject, session, state, due, next_at, record)
    SELECT * FROM unnest(CAST(:subject AS text[]), CAST(:session AS text[]), CAST(:state AS text[]),
        CAST(:due AS date[]), CAST(:next_at AS timestamptz[]), CAST(:record AS text[]))
    ON CONFLICT (subject) DO UPDATE SET session = excluded.session, state = excluded.state, due = excluded.due,
        next_at = excluded.next_at, record = excluded.record
""")
_IS_DUE = text("SELECT EXISTS (SELECT FROM followup WHERE next_at <= :now)")
_DUE = text("SELECT record FROM followup WHERE next_at <= :now ORDER BY next_at, subject")


async def load(connection: AsyncConnection, events: Sequence[Event]) -> dict[str, FollowUp]:
    """Load the follow-ups that events bear on; a signing begins one, so there is none to load for it."""
    subjects = {event.subject for event in among(events, FollowUpEvent, ApprovalCorrected)}
    if not subjects:
        return {}
    records = (await connection.execute(_READ, {"subjects": list(subjects)})).scalars()
    return {follow.subject: follow for follow in map(FollowUp.model_validate_json, records)}


async def save(connection: AsyncConnection, follows: Iterable[FollowUp]) -> None:
    """Save follow-ups as they stand."""
    ordered = sorted(follows, key=lambda one: one.subject)
    await connection.execute(
        _SAVE,
        {
            "subject": [one.subject for one in ordered],
            "session": [one.session for one in ordered],
            "state": [one.state for one in ordered],
            "due": [one.due for one in ordered],
            "next_at": [one.next_at for one in ordered],
            "record": [one.model_dump_json() for one in ordered],
        },
    )


async def is_due(connection: AsyncConnection, now: datetime) -> bool:
    """Tell whether the clock brings a fact of any follow-up."""
    return bool((await connection.execute(_IS_DUE, {"now": now})).scalar_one())


async def due(connection: AsyncConnection, now: datetime) -> list[FollowUp]:
    """List the follow-ups to which the clock brings a fact, the longest due first."""
    return [FollowUp.model_validate_json(record) for record in (await connection.execute(_DUE, {"now": now})).scalars()]
