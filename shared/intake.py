"""The intake: posted events are decided and recorded in groups, and answered only after COMMIT.

A group takes what is queued, loads what the group needs, lets the service's rules decide each event in turn, and
records facts, receipts and state in one transaction. (source, id) is the idempotency key. A refusal leaves nothing
behind but the consequences it names, and never harms its neighbours. An event whose predecessor has not come yet waits
and is decided with it.
"""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol, TypeVar

import asyncpg
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import faults, logs, outbox, receipts
from shared.clock import Clock
from shared.database import Database, NotStraightError, has_collided, is_away
from shared.events import Event
from shared.metrics import EVENTS_POSTED, GROUP_SIZE
from shared.posted import Posted, World
from shared.problems import Refused
from shared.receipts import Receipt
from shared.rounds import Answer, Round

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


class Straight(Protocol[W]):
    """The hot part of a desk: groups that it reads and writes with a statement each, past SQLAlchemy's session."""

    def takes(self, events: Sequence[Event]) -> bool:
        """Tell whether it knows how to read and write all that a group of these may touch."""
        ...

    async def load(self, driver: asyncpg.Connection, posted: Sequence[Posted]) -> tuple[receipts.Known, W]:
        """Load what `receipts.known` and the desk itself would."""
        ...

    async def save(self, driver: asyncpg.Connection, world: W) -> outbox.Beside | None:
        """Save what deciding changed, but for what is written ahead of the facts in their statement; return that."""
        ...


class Desk(Protocol[W]):
    """A service's side of the intake: what it accepts, how it loads what a group needs, how it saves the outcome."""

    accepts: Mapping[str, type[Event]]
    independent: frozenset[type[Event]]
    """Events whose decision depends on what the database guards by itself: groups of nothing else may be settled side
    by side, if they share no subject. Whatever is not named here is decided with nobody beside it."""

    @property
    def straight(self) -> Straight[W] | None:
        """Its hot part, if it has one."""
        ...

    async def load(self, session: AsyncSession, events: Sequence[Event]) -> W:
        """Load everything that bears on these events, in as few queries as possible."""
        ...

    async def save(self, session: AsyncSession, world: W) -> None:
        """Save what deciding changed, in as few statements as possible."""
        ...


class TryAgain(Refused):
    """The service cannot record anything just now."""

    status = 503
    zh = "系统暂时无法记录，请稍后以同一编号重发"
    en = "Nothing can be recorded just now; send it again with the same id in a moment"


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
            except Exception as error:  # noqa: BLE001  (logged below, or isolated one by one)
                if has_collided(error):
                    # Another instance decided about the same aggregate or took the same number.
                    await asyncio.sleep(0.005 * attempt)
                    continue
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
        if (answers := await self._straight(posted)) is None:
            async with self.database.transaction() as session:
                answers, unlocked = await self.settle_round(session, posted)
                await self.release(session, unlocked)
                faults.crash_at("intake.before_commit")
        faults.crash_at("intake.after_commit")
        outcomes = Counter((one.event.type, answer.status) for one, answer in zip(posted, answers, strict=True))
        for (event_type, status), count in outcomes.items():
            EVENTS_POSTED.labels(self.service, event_type, str(status)).inc(count)
        return answers

    async def _straight(self, posted: Sequence[Posted]) -> Sequence[Answer] | None:
        """Settle a group of the hot kind; None if it is none, or something waits for a predecessor or for one of it."""
        desk = self.desk.straight
        if desk is None or not desk.takes([one.event for one in posted]):
            return None
        with contextlib.suppress(NotStraightError):
            async with self.database.straight() as driver:
                known, world = await desk.load(driver, posted)
                one_round = Round(self.service, world, known, self._clock.now())
                answers = [one_round.take(one) for one in posted]
                await receipts.unrecorded(driver, one_round.unrecorded)
                if one_round.waiting:
                    raise NotStraightError
                if one_round.facts:
                    ahead, saving = await desk.save(driver, world), receipts.saving(one_round.given)
                    await outbox.record(
                        driver, self.service, one_round.facts, one_round.now, beside=saving, ahead=ahead
                    )
                    if await receipts.waited_for(driver, one_round.unlocked):
                        raise NotStraightError
                faults.crash_at("intake.before_commit")
            return answers
        return None

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
        await receipts.unrecorded(session, one_round.unrecorded)
        if one_round.given or one_round.facts:
            await self.desk.save(session, world)
            if one_round.facts:
                saving = receipts.saving(one_round.given)
                await outbox.record(session, self.service, one_round.facts, now, beside=saving)
            else:
                await receipts.save(session, one_round.given, now)
            await receipts.keep_waiting(session, one_round.waiting, now)
        return answers, one_round.unlocked | await receipts.came_meanwhile(session, one_round.waiting)


def dump(answer: Answer) -> str:
    """Return an answer as JSON text: a receipt as it is, a refusal as its problem."""
    if isinstance(answer, Receipt):
        return answer.text
    return json.dumps({"status": "refused", "problem": answer.problem()}, ensure_ascii=False)
