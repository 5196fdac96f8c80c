"""The intake: posted events are decided and recorded in groups, and answered only after COMMIT.

A group takes what is queued, loads what the group needs, lets the service's rules decide each event in turn, and
records facts, receipts and state in one transaction. (source, id) is the idempotency key. A refusal leaves nothing
behind but the consequences it names, and never harms its neighbours. An event whose predecessor has not come yet waits
and is decided with it.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import faults, logs, outbox, receipts
from shared.clock import Clock
from shared.database import Database, is_away
from shared.envelope import quoted
from shared.events import Event
from shared.metrics import EVENTS_POSTED, GROUP_SIZE
from shared.posted import Posted, World
from shared.problems import NotYet, Refused
from shared.receipts import Receipt
from shared.timemarks import marked

GROUP: Final = 500
"""Most events in one transaction."""
QUEUE: Final = 5_000
"""Most events waiting for the writer; beyond, callers are asked to come back."""
_GATHER_SECONDS: Final = 0.002
"""How long a group may gather while several callers post at once."""
_ATTEMPTS: Final = 5
_FULL: Final = 100
"""So many events are worth a transaction of their own: a group of as many gathers no longer."""
_SIDE_BY_SIDE: Final = 4
"""Full groups in hand at once: while PostgreSQL works on some, another is read and decided."""
_SMALL_ONES: Final = 2
"""Groups that are not full in hand at once: they had better grow."""

W = TypeVar("W", bound=World)
Answer = Receipt | Refused


class Desk(Protocol[W]):
    """A service's side of the intake: what it accepts, how it loads what a group needs, how it saves the outcome."""

    accepts: Mapping[str, type[Event]]
    independent: frozenset[type[Event]]
    """Events whose decision depends on what the database guards by itself: groups of nothing else may be settled side
    by side, if they share no subject. Whatever is not named here is decided with nobody beside it."""

    async def load(self, session: AsyncSession, events: Sequence[Event]) -> W:
        """Load everything that bears on these events, in as few queries as possible."""
        ...

    async def save(self, session: AsyncSession, world: W) -> None:
        """Save what deciding changed, in as few statements as possible."""
        ...


class SameIdOtherBody(Refused):
    """The id was used before for something else."""

    status = 409
    row = 72
    zh = "编号 {id} 已用于另一内容的事件；更正请用新的编号"
    en = "The id {id} was used before with another body; use a new id"


class TryAgain(Refused):
    """The service cannot record anything just now."""

    status = 503
    zh = "系统暂时无法记录，请稍后以同一编号重发"
    en = "Nothing can be recorded just now; send it again with the same id in a moment"


@dataclass
class Round:
    """One pass of deciding within a transaction: the group itself, then whatever it released from waiting."""

    service: str
    world: World
    known: receipts.Known
    now: datetime
    facts: list[outbox.Record] = field(default_factory=list)
    given: list[receipts.New] = field(default_factory=list)
    waiting: list[tuple[Posted, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Write the time once for the group."""
        self._received_at = self.now.isoformat()

    def take(self, posted: Posted) -> Answer:
        """Decide one event; the answer is a receipt or a refusal."""
        if (answered := self.known.receipt_of(posted)) is not None:
            first, body = answered
            return first.again() if body == posted.body_sha256 else SameIdOtherBody(path="id", id=posted.id)
        try:
            events = self.world.decide(posted)
        except NotYet as lacking:
            self.waiting.append((posted, lacking.needs))
            return self._receipt(posted, "waiting", f',"waits_for":{quoted(lacking.needs)}')
        except Refused as refusal:
            for index, event in enumerate(refusal.consequences):
                self._record(posted, event, index)
            return refusal
        facts = ",".join([self._record(posted, event, index) for index, event in enumerate(events)])
        return self._receipt(posted, "accepted", f',"facts":[{facts}]')

    def _record(self, posted: Posted, event: Event, index: int) -> str:
        record = outbox.Record(
            event=event,
            # Consumers know facts by their ids alone: the service is part of it, for a unit may use an id at each.
            event_id=f"{self.service}/{posted.caller.unit}/{index}/{posted.id}",
            time=posted.time,
            version=self.known.next_version(event.subject),
            correlation_id=posted.correlation_id,
            traceparent=posted.traceparent,
            payload=posted.payload if event is posted.event else None,
            actor=posted.caller.actor,
        )
        self.facts.append(record)
        return f'{{"type":"{event.type}","id":{quoted(record.event_id)}}}'

    def _receipt(self, posted: Posted, status: str, particulars: str) -> Receipt:
        particulars += marked(posted.time, self.now)
        text = (
            f'{{"source":{quoted(posted.source)},"id":{quoted(posted.id)},"type":"{posted.event.type}",'
            f'"received_at":"{self._received_at}","status":"{status}"{particulars}}}'
        )
        receipt = Receipt(text, status)
        new = receipts.New(posted, receipt)
        self.given.append(new)
        self.known.add(new)
        return receipt


class _Letter(NamedTuple):
    posted: Sequence[Posted]
    answers: asyncio.Future[Sequence[Answer]]


class _Group(NamedTuple):
    """Letters settled together, and what they touch: ids and subjects; None if nobody may be beside them."""

    letters: Sequence[_Letter]
    touches: frozenset[object] | None

    def clashes(self, other: "_Group") -> bool:
        return self.touches is None or other.touches is None or not self.touches.isdisjoint(other.touches)


class Intake:
    """Takes posted events and answers each after it is recorded."""

    def __init__(self, service: str, *, database: Database, desk: Desk[Any], clock: Clock) -> None:
        """Take the service's name and its desk; `run` must be running for anything to be answered."""
        self.service = service
        self.desk = desk
        self.database = database
        self._clock = clock
        self._letters: asyncio.Queue[_Letter] = asyncio.Queue()
        self._queued = 0
        self._in_hand: dict[asyncio.Task[None], _Group] = {}
        self._log = logs.get()

    async def submit(self, posted: Sequence[Posted]) -> Sequence[Answer]:
        """Queue events and return their answers, in order, once the group they fell into is committed."""
        if self._queued + len(posted) > QUEUE:
            raise TryAgain
        self._queued += len(posted)
        letter = _Letter(posted, asyncio.get_running_loop().create_future())
        self._letters.put_nowait(letter)
        return await letter.answers

    async def run(self) -> None:
        """Settle queued events group by group, for ever."""
        size = 0
        try:
            while True:
                group = await self._next(size)
                size = sum(len(letter.posted) for letter in group.letters)
                most = _SIDE_BY_SIDE if size >= _FULL else _SMALL_ONES
                while len(self._beside()) >= most or any(map(group.clashes, self._in_hand.values())):
                    await asyncio.wait(self._in_hand, return_when=asyncio.FIRST_COMPLETED)
                self._in_hand[asyncio.create_task(self._answer(group.letters))] = group
        finally:
            for task in self._in_hand:
                task.cancel()
            await asyncio.gather(*self._in_hand, return_exceptions=True)

    def _beside(self) -> Collection[_Group]:
        """Return the groups in hand."""
        for task in [task for task in self._in_hand if task.done()]:
            del self._in_hand[task]
            task.result()
        return self._in_hand.values()

    async def _next(self, size: int) -> _Group:
        """Wait for letters and take those that are there; after a group of `size` others may be on their way."""
        letters = [await self._letters.get()]
        if size > 1 and len(letters[0].posted) < _FULL:  # one commit for many beats many commits
            await asyncio.sleep(_GATHER_SECONDS)
        size = len(letters[0].posted)
        # Half is left for a second group: callers who all wait for one commit would all come back at once, for ever.
        leave = 0 if self._beside() else self._letters.qsize() // 2
        enough = GROUP if len(self._in_hand) >= _SIDE_BY_SIDE else _FULL
        while self._letters.qsize() > leave and size < enough:
            letters.append(self._letters.get_nowait())
            size += len(letters[-1].posted)
        self._queued -= size
        GROUP_SIZE.labels(self.service).observe(size)
        posted = [one for letter in letters for one in letter.posted]
        if any(type(one.event) not in self.desk.independent for one in posted):
            return _Group(letters, None)
        return _Group(
            letters, frozenset([(one.source, one.id) for one in posted] + [one.event.subject for one in posted])
        )

    async def _answer(self, letters: Sequence[_Letter]) -> None:
        posted = [one for letter in letters for one in letter.posted]
        answers = iter(await self._settle_with_care(posted))
        for letter in letters:
            mine = [next(answers) for _ in letter.posted]
            if not letter.answers.done():  # the caller may have hung up
                letter.answers.set_result(mine)

    async def _settle_with_care(self, posted: Sequence[Posted]) -> Sequence[Answer]:
        for attempt in range(_ATTEMPTS):
            try:
                return await self._settle(posted)
            except IntegrityError:
                # Another instance decided about the same aggregate or took the same number: look again.
                await asyncio.sleep(0.005 * attempt)
            except Exception as error:  # noqa: BLE001  (logged below, or isolated one by one)
                if is_away(error):
                    self._log.warning("intake.unavailable", error=type(error).__name__, events=len(posted))
                    return [TryAgain() for _ in posted]
                if len(posted) > 1:
                    break
                self._log.exception("intake.failed", correlation_id=posted[0].correlation_id)
                return [TryAgain()]
        if len(posted) == 1:
            return [TryAgain()]
        # One of them breaks the group: settle them one by one, so that it stands alone.
        return [(await self._settle_with_care([one]))[0] for one in posted]

    async def _settle(self, posted: Sequence[Posted]) -> Sequence[Answer]:
        async with self.database.transaction() as session:
            answers, unlocked = await self.settle_round(session, posted)
            await self.release(session, unlocked)
            faults.crash_at("intake.before_commit")
        faults.crash_at("intake.after_commit")
        outcomes = Counter((one.event.type, answer.status) for one, answer in zip(posted, answers, strict=True))
        for (event_type, status), count in outcomes.items():
            EVENTS_POSTED.labels(self.service, event_type, str(status)).inc(count)
        return answers

    async def release(self, session: AsyncSession, keys: set[str]) -> int:
        """Decide what waited for these, and what waited for that in turn; return how many there were."""
        count, done = 0, set[str]()
        while keys := keys - done:
            done |= keys
            released = await receipts.release(session, keys, self.desk.accepts)
            keys = set()
            if released:
                count += len(released)
                answers, keys = await self.settle_round(session, released)
                await receipts.settle_refused(session, released, answers)
        return count

    async def settle_round(self, session: AsyncSession, posted: Sequence[Posted]) -> tuple[list[Answer], set[str]]:
        """Decide and record a group within a transaction; return its answers and what its facts release."""
        known = await receipts.known(session, posted)
        world = await self.desk.load(session, [one.event for one in posted])
        now = self._clock.now()
        one_round = Round(self.service, world, known, now)
        answers = [one_round.take(one) for one in posted]
        if one_round.given or one_round.facts:
            await self.desk.save(session, world)
            if one_round.facts:
                await outbox.record(session, self.service, one_round.facts, now, receipts.saving(one_round.given))
            else:
                await receipts.save(session, one_round.given, now)
            await receipts.keep_waiting(session, one_round.waiting, now)
        unlocked = {f"{fact.event.type} {fact.event.subject}" for fact in one_round.facts}
        return answers, unlocked | await receipts.came_meanwhile(session, one_round.waiting)


def dump(answer: Answer) -> str:
    """Return an answer as JSON text: a receipt as it is, a refusal as its problem."""
    if isinstance(answer, Receipt):
        return answer.text
    return json.dumps({"status": "refused", "problem": answer.problem()}, ensure_ascii=False)
