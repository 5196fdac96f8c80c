"""The outbox: a fact is recorded in the same transaction as what it changes, numbered without gaps.

The sequence is taken from one counter row inside the writing transaction. Its lock is held until COMMIT, so sequence
order is commit order and a rolled-back transaction leaves no hole: a reader of `sequence > n` misses nothing
(docs/decisions/0003).
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import envelope
from shared.database import Transaction, rows
from shared.events import Event
from shared.history import Recorded

CHANNEL: Final = "outbox"
"""PostgreSQL NOTIFY channel that wakes the relay."""
_PERSON: Final = b"chunfeng fact"

_RECORD: Final = """
    taken AS (UPDATE outbox_counter SET last = last + $1 WHERE id = 1 {after} RETURNING last - $1 AS base),
    added AS (INSERT INTO outbox (sequence, event_id, type, subject, version, correlation_id, envelope, recorded_at)
    SELECT taken.base + fact.position, fact.event_id, fact.type, fact.subject, fact.version, fact.correlation_id,
        fact.envelope, $8
    FROM taken, unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[])
        WITH ORDINALITY AS fact(event_id, type, subject, version, correlation_id, envelope, position))
"""
_AFTER: Final = "AND (SELECT count(*) FROM ahead) >= 0"
_WAKE: Final = "SELECT pg_notify('outbox', '')"
_FACTS_OF: Final = text("""
    SELECT event_id, type, version, envelope, recorded_at FROM outbox WHERE subject = :subject ORDER BY version
""")


def source_of(service: str) -> str:
    """Return the CloudEvents source of a service's facts."""
    return f"/chunfeng/{service}"


def derived_id(*parts: object) -> str:
    """Return the same event id for the same cause: a retry of the cause can never become a second fact."""
    cause = "\n".join(str(part) for part in parts)
    return hashlib.blake2b(cause.encode(), digest_size=16, person=_PERSON).hexdigest()


class Record(NamedTuple):
    """A fact about to be recorded."""

    event: Event
    event_id: str
    time: datetime
    version: int
    correlation_id: str
    traceparent: str | None = None
    payload: str | None = None
    """The event's data as JSON where it has been written already."""
    actor: str | None = None
    """Who caused it (row 87); None is the service itself."""


class Beside(NamedTuple):
    """What is written in one statement with facts, for a round trip is time in which nobody else may record any.

    Its values follow the facts' own, of which $8 is the time: from $9 on, after those of whatever is named before it.
    """

    statement: str
    values: Sequence[object]


@cache
def _statement(ahead: str | None, beside: str | None) -> str:
    """Return the whole statement; reading of `taken` waits for the counter, and the counter for what goes ahead."""
    parts = [f"ahead AS ({ahead} RETURNING 1)"] if ahead else []
    parts.append(_RECORD.format(after=_AFTER if ahead else ""))
    parts += [f"beside AS ({beside})"] if beside else []
    return f"WITH {', '.join(parts)} {_WAKE}"


async def record(  # noqa: PLR0913  (what is written at once)
    session: Transaction,
    service: str,
    facts: Sequence[Record],
    now: datetime,
    *,
    beside: Beside | None = None,
    ahead: Beside | None = None,
) -> None:
    """Append facts to the service's outbox and wake the relay when the transaction commits.

    `ahead` is written before the counter is taken: its holder never waits for a row that somebody else has changed.
    """
    if not facts:
        return
    source = source_of(service)
    await rows(
        session,
        _statement(ahead.statement if ahead else None, beside.statement if beside else None),
        len(facts),
        [fact.event_id for fact in facts],
        [fact.event.type for fact in facts],
        [fact.event.subject for fact in facts],
        [fact.version for fact in facts],
        [fact.correlation_id for fact in facts],
        [_written(fact, source, now) for fact in facts],
        now,
        *(beside.values if beside else ()),
        *(ahead.values if ahead else ()),
    )


def _written(fact: Record, source: str, now: datetime) -> str:
    return envelope.write(
        fact.event,
        event_id=fact.event_id,
        source=source,
        time=fact.time,
        version=fact.version,
        correlation_id=fact.correlation_id,
        traceparent=fact.traceparent,
        payload=fact.payload,
        actor=fact.actor,
        recorded_at=now,
    )


async def take_turn(session: AsyncSession) -> None:
    """Let nobody else write facts until this transaction ends."""
    await (await session.connection()).execute(text("SELECT FROM outbox_counter WHERE id = 1 FOR UPDATE"))


async def next_version(session: AsyncSession, subject: str) -> int:
    """Return the next version of an aggregate that changes outside the intake; nobody else writes until COMMIT."""
    await take_turn(session)
    query = text("SELECT coalesce(max(version), 0) + 1 FROM outbox WHERE subject = :subject")
    version: int = (await (await session.connection()).execute(query, {"subject": subject})).scalar_one()
    return version


async def record_act(session: AsyncSession, service: str, event: Event, now: datetime, by: str) -> str:
    """Record what somebody did beside the intake, as the next fact of its subject; return the fact's id."""
    version = await next_version(session, event.subject)
    event_id = derived_id(service, event.type, event.subject, version)
    await record(session, service, [Record(event, event_id, now, version, event.subject, actor=by)], now)
    return event_id


async def versions(session: AsyncSession, subjects: Iterable[str]) -> dict[str, int]:
    """Return how far each aggregate is; call `take_turn` first, so that nobody goes on meanwhile."""
    query = text("""
        SELECT subject, max(version) AS version FROM outbox
        WHERE subject = ANY(CAST(:subjects AS text[])) GROUP BY subject
    """)
    found = await (await session.connection()).execute(query, {"subjects": list(subjects)})
    return {row.subject: row.version for row in found}


async def state(session: AsyncSession) -> tuple[int, int]:
    """Return the last sequence recorded and the last one published."""
    row = (await (await session.connection()).execute(text("SELECT last, published FROM outbox_counter"))).one()
    return row.last, row.published


async def facts_of(session: AsyncSession, subject: str) -> list[Recorded]:
    """List what was recorded of an aggregate, in the order in which it was decided: the record of truth."""
    found = []
    for row in await (await session.connection()).execute(_FACTS_OF, {"subject": subject}):
        written = json.loads(row.envelope)
        found.append(
            Recorded(
                event_id=row.event_id,
                type=row.type,
                version=row.version,
                time=written["time"],
                recorded_at=row.recorded_at,
                data=written["data"],
            )
        )
    return found
