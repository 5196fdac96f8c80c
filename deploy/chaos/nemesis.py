"""The nemesis: who is killed when, drawn from the seed; and the carrying out."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from deploy.chaos import witness
from deploy.chaos.load import Load
from deploy.chaos.world import RENDERER, World

Point = tuple[str, tuple[str, ...]]
"""A named crash point, and processes that reach it under this load, the surest first."""

POINTS: Final[Mapping[str, tuple[str, ...]]] = {
    "intake.before_commit": ("approvals", "forums"),
    "intake.after_commit": ("approvals", "policy"),
    "relay.before_mark": ("approvals", "forums"),
    "relay.after_mark": ("approvals", "policy"),
    "consumer.before_commit": ("bulletin", witness.NAME),
    "consumer.before_ack": ("bulletin", witness.NAME),
    "bulletin.before_commit": ("bulletin",),
    "delivery.before_commit": ("bulletin",),
}
"""Every named crash point (shared.faults)."""

_ODDS: Final = {
    "approvals": 6,
    "bulletin": 5,
    witness.NAME: 5,
    "forums": 3,
    "policy": 3,
    "nats": 4,
    "postgres": 3,
    RENDERER: 1,
}
_PAUSE: Final = (0.1, 1.2)
_AHEAD: Final = 5
"""How many strikes are looked through for one whose victim is up."""
_REACHED_WITHIN: Final = 20.0
_REACHED_AT_LAST_WITHIN: Final = 60.0
_ANSWER_WITHIN: Final = 2.0


class Manner(StrEnum):
    """How a process is killed."""

    ANY_TIME = "any time"
    STARTING = "while it starts"
    AFTER_ANSWER = "right after an answer"
    AT_POINT = "at a named point"


@dataclass(frozen=True, slots=True)
class Strike:
    """One planned kill; at a named point it takes two: one to arm the process, and its own."""

    victim: str
    manner: Manner
    pause: float
    point: str | None = None

    @property
    def kills(self) -> int:
        return 2 if self.point else 1


def planned(rng: random.Random, kills: int, points: Iterable[Point]) -> list[Strike]:
    """Draw strikes that kill this often; each of the points is among them, as far as half of the kills suffice."""
    strikes = [
        Strike(rng.choice(victims), Manner.AT_POINT, rng.uniform(*_PAUSE), point)
        for point, victims in list(points)[: kills // 4]
    ]
    while sum(strike.kills for strike in strikes) < kills:
        (victim,) = rng.choices(list(_ODDS), weights=list(_ODDS.values()))
        strikes.append(Strike(victim, _manner(rng, victim), rng.uniform(*_PAUSE)))
    rng.shuffle(strikes)
    return strikes


def _manner(rng: random.Random, victim: str) -> Manner:
    if victim in ("approvals", "forums", "policy"):
        return rng.choices((Manner.ANY_TIME, Manner.STARTING, Manner.AFTER_ANSWER), weights=(5, 1, 4))[0]
    return rng.choices((Manner.ANY_TIME, Manner.STARTING), weights=(9, 1))[0]


@dataclass
class Nemesis:
    """Carries out strikes, one after the other; only waiting for a named point goes on beside the next ones."""

    world: World
    load: Load
    told: Callable[[int], None]
    kills: Counter[str] = field(default_factory=Counter)
    """By victim."""
    reached: Counter[str] = field(default_factory=Counter)
    """Crashes at named points."""
    missed: list[str] = field(default_factory=list)
    """Points that were not reached in the end."""
    _engaged: set[str] = field(default_factory=set)
    """Armed processes that are left alone until they have crashed."""
    _exits: int = 0

    @property
    def total(self) -> int:
        return self.kills.total()

    async def run(self, strikes: Sequence[Strike]) -> None:
        """Kill as often as planned, then make whatever point was not reached be reached."""
        pending, kills = list(strikes), sum(strike.kills for strike in strikes)
        async with asyncio.TaskGroup() as waits:
            while pending and self.total < kills:
                strike = await self._next(pending[:_AHEAD])
                if strike is None:
                    # All are starting: a moment. If it lasts, somebody cannot start, and no kill would ever follow.
                    await asyncio.sleep(0.05)
                    await self.world.all_ready()
                    self._note_crashes()
                    continue
                pending.remove(strike)
                await asyncio.sleep(strike.pause)
                if strike.manner is Manner.AFTER_ANSWER:
                    await self.load.next_answer(strike.victim, _ANSWER_WITHIN)
                await self._kill(strike.victim, strike.point)
                if strike.point is not None:
                    waits.create_task(self._leave_alone(strike.victim, _REACHED_WITHIN))
        for point in dict.fromkeys(strike.point for strike in strikes if strike.point is not None):
            if not self.reached[point]:
                await self._kill(POINTS[point][0], point)
                await self._leave_alone(POINTS[point][0], _REACHED_AT_LAST_WITHIN)
                self.missed += [] if self.reached[point] else [point]

    async def _next(self, candidates: Sequence[Strike]) -> Strike | None:
        """Return the first strike that can be carried out now: its victim is up, or is to be killed while it starts."""
        for strike in candidates:
            starting = strike.manner is Manner.STARTING
            if strike.victim not in self._engaged and (starting or await self.world.listening(strike.victim)):
                return strike
        return None

    async def _kill(self, victim: str, point: str | None = None) -> None:
        self._count(await self.world.kill(victim, crash_next_at=point))

    def _count(self, victim: str) -> None:
        self.kills[victim] += 1
        self.told(self.total)

    def _note_crashes(self) -> None:
        """Count the processes that have killed themselves at a point."""
        for one in self.world.exits[self._exits :]:
            if one.point is not None:
                self.reached[one.point] += 1
                self._count(one.name)
        self._exits = len(self.world.exits)

    async def _leave_alone(self, victim: str, within: float) -> None:
        """Wait until an armed process has killed itself, or long enough; it stays armed."""
        self._engaged.add(victim)
        deadline = asyncio.get_running_loop().time() + within
        while victim in self.world.armed and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110  (in another process)
            await asyncio.sleep(0.05)
        self._note_crashes()
        self._engaged.discard(victim)
