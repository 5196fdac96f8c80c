"""Receipts and waiting events: what was answered to a posted event, and what still waits for its predecessor."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import logs, outbox
from shared.database import CollidedError, Transaction, rows
from shared.events import Event
from shared.posted import Caller, Posted
from shared.problems import Refused
from shared.vocabulary import Level, Role

# One round trip for both questions a group asks first: who was answered before, and how far is each aggregate.
_KNOWN: Final = """
    SELECT receipt.source, receipt.event_id, receipt.receipt, receipt.status, receipt.body_sha256, NULL::bigint[]
    FROM receipt JOIN unnest($1::text[], $2::text[]) AS asked(source, event_id)
        ON receipt.source = asked.source AND receipt.event_id = asked.event_id
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, ARRAY(
        SELECT coalesce((SELECT max(version) FROM outbox WHERE outbox.subject = asked.subject), 0)
        FROM unnest($3::text[]) WITH ORDINALITY AS asked(subject, place) ORDER BY place
    )
"""
_SAVE: Final = """
    INSERT INTO receipt (source, event_id, body_sha256, status, receipt, received_at)
    SELECT new.*, {} FROM {} unnest({}::text[], {}::text[], {}::text[], {}::text[], {}::text[]) AS new
    ON CONFLICT (source, event_id) DO UPDATE SET status = excluded.status, receipt = excluded.receipt
        WHERE receipt.status = 'released'
"""
# Not before the facts' turn has come: another instance may have the turn and wait for one of these receipts.
_SAVE_BESIDE: Final = _SAVE.format("$8", "taken,", "$9", "$10", "$11", "$12", "$13")
_SAVE_ALONE: Final = _SAVE.format("$6", "", "$1", "$2", "$3", "$4", "$5")
_WAIT = text("""
    INSERT INTO waiting (source, event_id, needs, posted, received_at)
    SELECT *, :now FROM unnest(CAST(:sources AS text[]), CAST(:ids AS text[]), CAST(:needs AS text[]),
        CAST(:posted AS text[]))
""")
_THERE = text("""
    SELECT needs FROM unnest(CAST(:needs AS text[])) AS needs WHERE EXISTS (
        SELECT FROM outbox
        WHERE outbox.type = split_part(needs, ' ', 1) AND outbox.subject = split_part(needs, ' ', 2)
    )
""")
_WAITED_FOR: Final = "SELECT EXISTS (SELECT FROM waiting WHERE needs = ANY($1::text[]))"
_RELEASE: Final = """
    WITH released AS (DELETE FROM waiting WHERE needs = ANY($1::text[]) RETURNING *),
    marked AS (UPDATE receipt SET status = 'released' FROM released
        WHERE receipt.source = released.source AND receipt.event_id = released.event_id)
    SELECT posted FROM released ORDER BY received_at, source, event_id
"""
_REFUSE = text("""
    UPDATE receipt SET status = 'refused', receipt = :receipt WHERE source = :source AND event_id = :id
""")


class Receipt(NamedTuple):
    """An answer as it is sent and kept: JSON text, with the status it carries."""

    text: str
    status: str

    def again(self) -> "Receipt":
        """Return the receipt as a repeated post gets it."""
        return Receipt(f'{self.text[:-1]},"duplicate":true}}', self.status)


class New(NamedTuple):
    """A receipt about to be saved."""

    posted: Posted
    receipt: Receipt


@dataclass
class Known:
    """Receipts given before, and the newest version of each aggregate."""

    receipts: dict[tuple[str, str], tuple[Receipt, str]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)

    def receipt_of(self, posted: Posted) -> tuple[Receipt, str] | None:
        """Return the receipt given to this source and id, with the hash of the body it was given for."""
        return self.receipts.get((posted.source, posted.id))

    def next_version(self, subject: str) -> int:
        """Count an aggregate's version up by one and return it."""
        self.versions[subject] = version = self.versions.get(subject, 0) + 1
        return version

    def add(self, new: New) -> None:
        """Remember a receipt just given, for a second copy in the same group."""
        self.receipts[new.posted.source, new.posted.id] = (new.receipt, new.posted.body_sha256)


async def known(session: Transaction, posted: Sequence[Posted]) -> Known:
    """Load receipts and versions for a group; this comes before anything else is read."""
    subjects = list({one.event.subject for one in posted})
    asked = ([one.source for one in posted], [one.id for one in posted], subjects)
    found = Known()
    for source, event_id, receipt, status, body, versions in await rows(session, _KNOWN, *asked):
        if versions is not None:
            found.versions = dict(zip(subjects, versions, strict=True))
        elif status != "released":
            found.receipts[source, event_id] = (Receipt(receipt, status), body)
    return found


async def unrecorded(session: Transaction, posted: Sequence[Posted]) -> None:
    """Raise CollidedError if one of these, refused or made to wait, has been recorded by another instance meanwhile.

    What it wrote may be why: its receipt is then the answer. Looked at last, so that whatever was seen of it is told.
    """
    if posted and (await known(session, posted)).receipts:
        raise CollidedError


def saving(new: Sequence[New]) -> outbox.Beside:
    """Return what saves receipts beside facts; one of an event released from waiting replaces its first one."""
    columns = (
        [one.posted.source for one in new],
        [one.posted.id for one in new],
        [one.posted.body_sha256 for one in new],
        [one.receipt.status for one in new],
        [one.receipt.text for one in new],
    )
    return outbox.Beside(_SAVE_BESIDE, columns)


async def save(session: AsyncSession, new: Sequence[New], now: datetime) -> None:
    """Save the receipts of events that all wait: there is no fact to save them beside."""
    await rows(session, _SAVE_ALONE, *saving(new).values, now)


async def keep_waiting(session: AsyncSession, waiting: Sequence[tuple[Posted, str]], now: datetime) -> None:
    """Keep events until what they need arrives."""
    if not waiting:
        return
    await (await session.connection()).execute(
        _WAIT,
        {
            "sources": [one.source for one, _ in waiting],
            "ids": [one.id for one, _ in waiting],
            "needs": [needs for _, needs in waiting],
            "posted": [dump_posted(one) for one, _ in waiting],
            "now": now,
        },
    )


async def came_meanwhile(session: AsyncSession, waiting: Sequence[tuple[Posted, str]]) -> set[str]:
    """Name what these wait for and another instance has recorded just now, too late for this transaction's first look.

    Taking the outbox's turn puts the two in order: the second sees what the first did, here or when it releases.
    """
    if not waiting:
        return set()
    await outbox.take_turn(session)
    there = await (await session.connection()).execute(_THERE, {"needs": [needs for _, needs in waiting]})
    return set(there.scalars())


async def waited_for(session: Transaction, unlocked: set[str]) -> bool:
    """Tell whether something waits for one of the facts just recorded; as `release`, after the turn was taken."""
    return bool((await rows(session, _WAITED_FOR, list(unlocked)))[0][0])


async def release(session: AsyncSession, unlocked: set[str], accepts: Mapping[str, type[Event]]) -> list[Posted]:
    """Take out of waiting what needed one of the facts just recorded."""
    return [load_posted(posted, accepts) for (posted,) in await rows(session, _RELEASE, list(unlocked))]


async def settle_refused(session: AsyncSession, released: Sequence[Posted], answers: Sequence[object]) -> None:
    """Keep the refusal of a released event in its receipt: its sender was told 202 and must be able to see it."""
    connection = await session.connection()
    for posted, answer in zip(released, answers, strict=True):
        if isinstance(answer, Refused):
            logs.get().warning("event.refused_late", correlation_id=posted.correlation_id, problem=answer.problem())
            receipt: dict[str, Any] = {"source": posted.source, "id": posted.id, "type": posted.event.type}
            receipt |= {"status": "refused", "problem": answer.problem()}
            values = {"source": posted.source, "id": posted.id, "receipt": json.dumps(receipt, ensure_ascii=False)}
            await connection.execute(_REFUSE, values)


async def find(session: AsyncSession, source: str, event_id: str) -> dict[str, Any] | None:
    """Return the receipt given to a source for an id."""
    query = text("SELECT receipt FROM receipt WHERE source = :source AND event_id = :id")
    found = (await (await session.connection()).execute(query, {"source": source, "id": event_id})).scalar()
    return None if found is None else json.loads(found)


def dump_posted(posted: Posted) -> str:
    """Return a posted event as text to be kept."""
    caller = posted.caller
    return json.dumps(
        {
            "source": posted.source,
            "id": posted.id,
            "type": posted.event.type,
            "data": posted.event.model_dump(mode="json"),
            "time": posted.time.isoformat(),
            "caller": [caller.key, caller.unit, caller.unit_name, caller.role, caller.level, caller.division],
            "correlation_id": posted.correlation_id,
            "traceparent": posted.traceparent,
            "body_sha256": posted.body_sha256,
        },
        ensure_ascii=False,
    )


def load_posted(text_form: str, accepts: Mapping[str, type[Event]]) -> Posted:
    """Read back what `dump_posted` wrote."""
    raw = json.loads(text_form)
    key, unit, unit_name, role, level, division = raw["caller"]
    event = accepts[raw["type"]].model_validate(raw["data"])
    return Posted(
        source=raw["source"],
        id=raw["id"],
        event=event,
        time=datetime.fromisoformat(raw["time"]),
        caller=Caller(key, unit, unit_name, Role(role), Level(level), division),
        correlation_id=raw["correlation_id"],
        traceparent=raw["traceparent"],
        body_sha256=raw["body_sha256"],
        payload=event.model_dump_json(),
    )
