"""Quarantine: messages that could not be applied, until a person mends, replays or dismisses each (row 85).

A message is never changed: what is mended stands beside it, and only its data may be mended, never which fact it is.
Whatever is done is itself a fact, so that the audit trail shows who did what and why.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import text
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import logs, outbox
from shared.clock import Clock
from shared.database import Database
from shared.envelope import Fact, read_published
from shared.events import EVENTS, QuarantineDismissed, QuarantineEvent, QuarantineMended, QuarantineReplayed
from shared.problems import Refused, invalid
from shared.tables import Key, Quarantine

WAITING: Final = "waiting"
REPLAYED: Final = "replayed"
DISMISSED: Final = "dismissed"
_NOT_READ: Final = (ValueError, KeyError, TypeError)
_WANTED: Final = text("""
    SELECT id, wanted_by FROM quarantine WHERE state = 'waiting' AND wanted_by IS NOT NULL ORDER BY id LIMIT 100
""")
_WANT: Final = text("""
    UPDATE quarantine SET wanted_by = :by WHERE state = 'waiting' AND (CAST(:id AS bigint) IS NULL OR id = :id)
    RETURNING id
""")
_FAILED: Final = text("""
    UPDATE quarantine SET attempts = attempts + 1, error = :error, wanted_by = NULL WHERE id = :id
""")


class NotInQuarantine(Refused):
    """There is no such message, or somebody has dealt with it."""

    status = 404
    row = 85
    zh = "隔离区中没有待处理的第 {id} 号消息"
    en = "No message {id} waits in quarantine"


class NotMended(Refused):
    """The mended text cannot stand for the message."""

    row = 85
    zh = "修复后的内容不能使用：{reason}"
    en = "The mended text cannot be used: {reason_en}"


class WhyNot(Refused):
    """Whoever changes or dismisses a message says why."""

    row = 85
    zh = "请写明原因（1至200字）"
    en = "Say why, in 1 to 200 characters"


async def listing(session: AsyncSession, *, waiting: bool, limit: int = 200) -> Sequence[Quarantine]:
    """List messages that wait, oldest first, or those dealt with, newest first."""
    query = select(Quarantine)
    if waiting:
        query = query.where(col(Quarantine.state) == WAITING).order_by(col(Quarantine.id))
    else:
        query = query.where(col(Quarantine.state) != WAITING).order_by(col(Quarantine.settled_at).desc())
    return (await session.exec(query.limit(limit))).all()


async def count(session: AsyncSession) -> int:
    """Count the messages that wait."""
    query = select(func.count()).select_from(Quarantine).where(col(Quarantine.state) == WAITING)
    return (await session.exec(query)).one()


async def waiting_ids(session: AsyncSession) -> list[int]:
    """List the numbers of all messages that wait, oldest first."""
    query = select(Quarantine.id).where(col(Quarantine.state) == WAITING).order_by(col(Quarantine.id))
    return [number for number in (await session.exec(query)).all() if number is not None]


async def one(session: AsyncSession, number: int, *, lock: bool = False) -> Quarantine:
    """Return a message that waits."""
    row = await session.get(Quarantine, number, with_for_update=lock or None, populate_existing=True)
    if row is None or row.state != WAITING:
        raise NotInQuarantine(id=number)
    return row


async def who(session: AsyncSession, rows: Sequence[Quarantine]) -> dict[str, str]:
    """Return what people call those who dealt with messages: a unit by its key, an operator on the host by his name."""
    told = {row.settled_by: row.settled_by.partition("#") for row in rows if row.settled_by}
    query = select(Key.key, Key.unit_name).where(col(Key.key).in_([key for _, _, key in told.values()]))
    names = dict((await session.exec(query)).all())
    return {
        by: f"{names[key]} ({key})" if key in names else place.rpartition("/")[2]
        for by, (place, _, key) in told.items()
    }


def reason_of(error: BaseException) -> str:
    """Say why a message cannot be applied: each field that is wrong on a line, with what it holds."""
    if not isinstance(error, ValidationError):
        return f"{type(error).__name__}: {error}"[:2000]
    told = [f"{error.title}:"]
    for fault in error.errors(include_url=False, include_context=False):
        held = "" if fault["type"] == "missing" else f" ({fault['input']!r:.100})"
        said = fault["msg"].removeprefix("Value error, ")
        told.append(f"{'.'.join(map(str, fault['loc'])) or 'data'}: {said}{held}")
    return "\n".join(told)[:2000]


def told(payload: str) -> dict[str, str]:
    """Return what a message says of itself, as far as it can be read: its type, ids and subject."""
    try:
        raw = json.loads(payload)
    except (ValueError, RecursionError):
        raw = None
    known = raw if isinstance(raw, dict) else {}
    return {name: str(known.get(name, "")) for name in ("type", "subject", "correlationid")}


def pretty(payload: str) -> str:
    """Return a message as people read it: its JSON indented, or itself where it is none."""
    try:
        return json.dumps(json.loads(payload), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return payload


def _identity(payload: str) -> tuple[Any, ...] | None:
    try:
        raw = json.loads(payload)
        return (raw["id"], raw["source"], int(raw["sequence"]), raw["type"], raw["subject"], raw["aggregateversion"])
    except (*_NOT_READ, RecursionError):
        return None


def checked(original: str, mended: str) -> str:
    """Return the mended text as one line of JSON, or refuse it: another fact, or still none that can be read."""
    before = _identity(original)
    if before is None:
        raise NotMended(
            reason="原文不是可辨认的事件，只能注销；真正的事件在其服务的发件箱中",
            reason_en="the original is no recognisable fact, so it can only be dismissed; facts are in their outboxes",
        )
    try:
        after = json.dumps(json.loads(mended), ensure_ascii=False, separators=(",", ":"))
        fact = read_published(after.encode())
        if fact.type in EVENTS:
            fact.event()
    except json.JSONDecodeError as error:
        raise NotMended(
            path="payload",
            reason=f"第{error.lineno}行第{error.colno}列起不是 JSON",
            reason_en=f"from line {error.lineno}, column {error.colno} on it is no JSON",
        ) from None
    except ValidationError as failure:
        raise invalid(failure, "data") from failure
    except (*_NOT_READ, RecursionError) as error:
        problem = reason_of(error)[:500]
        raise NotMended(path="payload", reason=problem, reason_en=problem) from None
    if _identity(after) != before:
        raise NotMended(
            path="payload",
            reason="只能修改 data，编号、来源、序号、类型、主体、版本不能改",
            reason_en="only data may be changed, not id, source, sequence, type, subject or version",
        )
    return after


def _why(reason: str) -> str:
    reason = " ".join(reason.split())
    if not 1 <= len(reason) <= 200:  # noqa: PLR2004  (a line)
        raise WhyNot(path="reason")
    return reason


class Ward:
    """A service's quarantine, as operators work on it from a page or a command."""

    def __init__(self, service: str, database: Database, clock: Clock) -> None:
        """Take whose messages they are."""
        self.service = service
        self.database = database
        self._clock = clock

    async def record(self, session: AsyncSession, event: QuarantineEvent, by: str) -> None:
        """Record what was done as a fact, and in the log."""
        event_id = await outbox.record_act(session, self.service, event, self._clock.now(), by)
        logs.get().warning(event.type.removeprefix("chunfeng."), message=event.message, by=by, event_id=event_id)

    async def mend(self, number: int, payload: str, reason: str, by: str) -> None:
        """Keep mended data beside a message; it is used when the message is replayed."""
        async with self.database.transaction() as session:
            row = await one(session, number, lock=True)
            mended, why = checked(row.payload, payload), _why(reason)
            old = row.mended or row.payload
            row.mended, row.note, row.error = mended, why, None
            session.add(row)
            event = QuarantineMended(
                service=self.service, message=row.stream_sequence, reason=why, old=_data(old), new=_data(mended)
            )
            await self.record(session, event, by)

    async def dismiss(self, number: int, reason: str, by: str) -> None:
        """Put a message away for good; it stays readable."""
        async with self.database.transaction() as session:
            row = await one(session, number, lock=True)
            row.state, row.note, row.settled_by, row.settled_at = DISMISSED, _why(reason), by, datetime.now(UTC)
            session.add(row)
            event = QuarantineDismissed(service=self.service, message=row.stream_sequence, reason=row.note)
            await self.record(session, event, by)

    async def want(self, number: int | None, by: str) -> list[int]:
        """Ask the running service to replay one message, or all that wait."""
        async with self.database.transaction() as session:
            wanted = await (await session.connection()).execute(_WANT, {"id": number, "by": by})
            return sorted(wanted.scalars())

    async def wanted(self) -> list[tuple[int, str]]:
        """Return which messages somebody wants replayed, and who."""
        async with self.database.reading() as session:
            return [(row.id, row.wanted_by) for row in await (await session.connection()).execute(_WANTED)]

    async def failed(self, number: int, error: Exception) -> str:
        """Note that a replay failed, and why."""
        reason = reason_of(error)
        async with self.database.transaction() as session:
            await (await session.connection()).execute(_FAILED, {"id": number, "error": reason})
        logs.get().warning("quarantine.replay_failed", id=number, reason=reason)
        return reason

    async def settle(self, session: AsyncSession, row: Quarantine, fact: Fact, by: str) -> None:
        """Note within its transaction that a message has been applied."""
        row.state, row.settled_by, row.settled_at = REPLAYED, by, datetime.now(UTC)
        row.attempts, row.error, row.wanted_by = row.attempts + 1, None, None
        session.add(row)
        await session.flush()
        event = QuarantineReplayed(
            service=self.service, message=row.stream_sequence, fact=fact.id, mended=row.mended is not None
        )
        await self.record(session, event, by)


def _data(payload: str) -> str:
    """Return the data of a message's text."""
    return json.dumps(json.loads(payload).get("data"), ensure_ascii=False)[:100_000]
