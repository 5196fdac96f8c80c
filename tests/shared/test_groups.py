"""Groups at the intake: two are settled side by side where their desk allows it, and never two that touch."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from services.forums.domain import ACCEPTS
from shared.clock import SystemClock
from shared.events import Event, ForumHeld, IssueRaised
from shared.intake import Intake, dump
from shared.posted import Posted
from shared.receipts import Receipt
from shared.rounds import Answer
from shared.spine import background
from tests.builders import BANNER, forum_held, issue_raised, posted
from tests.systems import System


class Agreeing:
    """A world without rules."""

    def decide(self, posted: Posted) -> Sequence[Event]:
        return [posted.event]


class WatchedDesk:
    """A desk that takes its time and notes how many groups are in hand when it begins one."""

    accepts = ACCEPTS
    independent = frozenset[type[Event]]({IssueRaised})
    straight = None

    def __init__(self) -> None:
        self.in_hand = 0
        self.begun: list[tuple[set[type[Event]], int]] = []

    async def load(self, session: AsyncSession, events: Sequence[Event]) -> Agreeing:  # noqa: ARG002  (a desk's form)
        self.in_hand += 1
        self.begun.append(({type(event) for event in events}, self.in_hand))
        await asyncio.sleep(0.02)
        return Agreeing()

    async def save(self, session: AsyncSession, world: Agreeing) -> None:  # noqa: ARG002  (likewise)
        self.in_hand -= 1


@asynccontextmanager
async def taking(system: System, desk: WatchedDesk) -> AsyncIterator[Intake]:
    intake = Intake("forums", database=await system.database("forums"), desk=desk, clock=SystemClock())
    async with background(intake.run(), "intake"):
        yield intake


async def post(intake: Intake, event: Event, event_id: str) -> Answer:
    (answer,) = await intake.submit([posted(event, BANNER, event_id)])
    return answer


async def in_a_row(intake: Intake, caller: str, events: Sequence[Event]) -> list[Answer]:
    return [await post(intake, event, f"{caller}-{number}") for number, event in enumerate(events)]


def issues(caller: str) -> list[Event]:
    return [issue_raised(issue=f"issue-{caller}-{number}") for number in range(5)]


@pytest.mark.row(71)
async def test_independent_events_are_settled_two_groups_at_a_time(system: System) -> None:
    desk = WatchedDesk()
    async with taking(system, desk) as intake:
        given = await asyncio.gather(*(in_a_row(intake, caller, issues(caller)) for caller in "abcdef"))
    assert max(in_hand for _, in_hand in desk.begun) == 2
    assert all(isinstance(answer, Receipt) for answers in given for answer in answers)
    assert await system.count("forums", "outbox") == 30


@pytest.mark.row(72)
async def test_repeats_that_come_at_once_all_get_the_first_receipt(system: System) -> None:
    desk, same = WatchedDesk(), [issue_raised()] * 4
    async with taking(system, desk) as intake:
        given = await asyncio.gather(*(in_a_row(intake, "anybody", same) for _ in range(6)))
    receipts = Counter(dump(answer).replace(',"duplicate":true', "") for answers in given for answer in answers)
    assert sorted(receipts.values()) == [6, 6, 6, 6]
    assert await system.count("forums", "outbox") == 4


@pytest.mark.row(72)
async def test_one_subject_is_never_in_two_hands(system: System) -> None:
    desk, same = WatchedDesk(), [issue_raised()] * 4
    async with taking(system, desk) as intake:
        await asyncio.gather(*(in_a_row(intake, caller, same) for caller in "abcdef"))
    assert {in_hand for _, in_hand in desk.begun} == {1}
    versions = await system.rows("forums", "SELECT version FROM outbox ORDER BY version")
    assert [row["version"] for row in versions] == list(range(1, 25))


@pytest.mark.row(59)
async def test_an_event_that_counts_others_is_settled_with_nobody_beside_it(system: System) -> None:
    desk = WatchedDesk()
    async with taking(system, desk) as intake:
        raising = [in_a_row(intake, caller, issues(caller)) for caller in "abc"]
        await asyncio.gather(*raising, in_a_row(intake, "end", [forum_held()] * 3))
    counting = [in_hand for kinds, in_hand in desk.begun if ForumHeld in kinds]
    assert counting
    assert set(counting) == {1}
