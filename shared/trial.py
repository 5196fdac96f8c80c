"""Trying out: events are decided by the same rules as ever, and recorded nowhere (row 76).

A dry run answers what would be answered now. A key for trying out has a sandbox beside: what it posted before is
decided again, in order, before each new event, so that a whole session can be played on top of the real campaign; or
in a practice campaign, at which all others have done their part.
Neither writes a fact or any state; of a sandbox only its own posts are kept, until it is emptied.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol, runtime_checkable

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import envelope, receipts
from shared.clock import Clock
from shared.events import Event
from shared.intake import Intake
from shared.outbox import source_of
from shared.posted import Caller, Posted
from shared.problems import Refused
from shared.receipts import Receipt
from shared.rounds import Answer, Round, SameIdOtherBody

MOST: Final = 500
"""Most events of one sandbox: they are decided again with every post."""
_TURN: Final = text("SELECT pg_advisory_xact_lock(hashtext(:key))")
_HISTORY: Final = text("SELECT event_id, body_sha256, posted FROM tried WHERE key = :key ORDER BY position")
_KEEP: Final = text("INSERT INTO tried (key, event_id, body_sha256, posted) VALUES (:key, :id, :body, :posted)")
_EMPTY: Final = text("DELETE FROM tried WHERE key = :key")


@runtime_checkable
class Staged(Protocol):
    """A desk at which test keys find a practice campaign: what others do there is decided before what they post."""

    def stage(self, caller: Caller, events: Sequence[Event]) -> Sequence[Posted]:
        """Return what others have done where these events belong."""
        ...


class SandboxFull(Refused):
    """The sandbox of a key holds as many events as are decided again with every post."""

    status = 409
    row = 76
    zh = "测试密钥的沙箱已有{most}个事件，请先清空（DELETE /v1/sandbox）"
    en = "This key's sandbox holds {most} events already; empty it first (DELETE /v1/sandbox)"


class _Tried(NamedTuple):
    """An event in a sandbox, with the receipt it got."""

    posted: Posted
    receipt: Receipt


class Trial:
    """Decides events without recording them."""

    def __init__(self, intake: Intake, clock: Clock) -> None:
        """Take the intake whose rules decide."""
        self._intake = intake
        self._clock = clock

    async def validate(self, posted: Sequence[Posted]) -> Sequence[Answer]:
        """Answer as the intake would just now; of a key for trying out, on top of its sandbox."""
        async with self._intake.database.reading() as session:
            before = await self._history(session, posted[0].caller.key) if posted[0].caller.test else []
            history = self._staged(posted[0].caller, [one.posted for one in before], posted)
            _, answers = await self._decide(session, history, posted, real=not history)
        return [_marked(answer, "dry_run") for answer in answers]

    async def submit(self, posted: Sequence[Posted]) -> Sequence[Answer]:
        """Answer events of a key for trying out, and keep them in its sandbox."""
        key = posted[0].caller.key
        async with self._intake.database.transaction() as session:
            await (await session.connection()).execute(_TURN, {"key": key})
            known = {one.posted.id: one for one in await self._history(session, key)}
            new = list({one.id: one for one in reversed(posted) if one.id not in known}.values())[::-1]
            if len(known) + len(new) > MOST:
                return [SandboxFull(most=MOST) for _ in posted]
            before = self._staged(posted[0].caller, [one.posted for one in known.values()], new)
            _, answers = await self._decide(session, before, new, real=False)
            given = {one.id: _marked(answer, "test") for one, answer in zip(new, answers, strict=True)}
            for one in new:
                if isinstance(receipt := given[one.id], Receipt):
                    await self._keep(session, key, one, receipt)
        first = set[str]()
        return [self._answer(one, known, given, first) for one in posted]

    async def facts(self, caller: Caller) -> list[str]:
        """Return what a sandbox would have published, as CloudEvents without their sequence."""
        async with self._intake.database.reading() as session:
            before = [one.posted for one in await self._history(session, caller.key)]
            history = self._staged(caller, before, ())
            decided, _ = await self._decide(session, history, (), real=False)
        staged = {one.caller.actor for one in history} - {one.caller.actor for one in before}
        return [
            envelope.write(
                fact.event,
                event_id=fact.event_id,
                source=source_of(self._intake.service),
                time=fact.time,
                version=fact.version,
                correlation_id=fact.correlation_id,
            )
            for fact in decided.facts
            if fact.actor not in staged
        ]

    def _staged(self, caller: Caller, before: Sequence[Posted], new: Sequence[Posted]) -> list[Posted]:
        """Return a sandbox's history with what others have done before it, where a desk has a practice campaign."""
        desk = self._intake.desk
        if not (caller.test and isinstance(desk, Staged)):
            return list(before)
        return [*desk.stage(caller, [one.event for one in (*before, *new)]), *before]

    async def receipt(self, caller: Caller, event_id: str) -> dict[str, Any] | None:
        """Return the receipt of an event in a sandbox."""
        async with self._intake.database.reading() as session:
            for one in await self._history(session, caller.key):
                if one.posted.id == event_id:
                    found: dict[str, Any] = json.loads(one.receipt.text)
                    return found
        return None

    async def empty(self, caller: Caller) -> None:
        """Forget what a key has tried out."""
        async with self._intake.database.transaction() as session:
            await (await session.connection()).execute(_EMPTY, {"key": caller.key})

    async def _history(self, session: AsyncSession, key: str) -> list[_Tried]:
        found = await (await session.connection()).execute(_HISTORY, {"key": key})
        return [self._load(row.posted) for row in found]

    async def _decide(
        self, session: AsyncSession, before: Sequence[Posted], new: Sequence[Posted], *, real: bool
    ) -> tuple[Round, list[Answer]]:
        """Decide events in a round of their own, what went before first; `real`: on top of real receipts."""
        posted = [*before, *new]
        known = await receipts.known(session, posted)
        if not real:
            known.receipts.clear()
        world = await self._intake.desk.load(session, [one.event for one in posted])
        decided = Round(self._intake.service, world, known, self._clock.now())
        answers = {place: decided.take(one) for place, one in enumerate(posted)}
        taken = set[tuple[int, str]]()
        while ready := _released(decided, answers, taken):
            for place in ready:
                known.receipts.pop((posted[place].source, posted[place].id))
                answers[place] = decided.take(posted[place])
        return decided, [answers[place] for place in range(len(before), len(posted))]

    def _answer(self, one: Posted, known: dict[str, _Tried], given: dict[str, Answer], first: set[str]) -> Answer:
        """Return what was answered before to the same event, or what is answered now."""
        if one.id in known:
            before = known[one.id]
            same = before.posted.body_sha256 == one.body_sha256
            return before.receipt.again() if same else SameIdOtherBody(path="id", id=one.id)
        answer = given[one.id]
        if one.id in first and isinstance(answer, Receipt):
            return answer.again()
        first.add(one.id)
        return answer

    async def _keep(self, session: AsyncSession, key: str, posted: Posted, receipt: Receipt) -> None:
        kept = {"posted": receipts.dump_posted(posted), "receipt": receipt.text, "status": receipt.status}
        values = {"key": key, "id": posted.id, "body": posted.body_sha256, "posted": json.dumps(kept)}
        await (await session.connection()).execute(_KEEP, values)

    def _load(self, kept: str) -> _Tried:
        raw = json.loads(kept)
        posted = receipts.load_posted(raw["posted"], self._intake.desk.accepts)
        return _Tried(posted, Receipt(raw["receipt"], raw["status"]))


def _released(decided: Round, answers: Mapping[int, Answer], taken: set[tuple[int, str]]) -> list[int]:
    """Name the events whose predecessor has come since, each once for each that it waits for."""
    there = {f"{fact.event.type} {fact.event.subject}" for fact in decided.facts}
    ready = []
    for place, answer in answers.items():
        if isinstance(answer, Receipt) and answer.status == "waiting":
            wanted = (place, json.loads(answer.text)["waits_for"])
            if wanted[1] in there and wanted not in taken:
                taken.add(wanted)
                ready.append(place)
    return ready


def _marked(answer: Answer, mark: str) -> Answer:
    return Receipt(f'{answer.text[:-1]},"{mark}":true}}', answer.status) if isinstance(answer, Receipt) else answer
