"""The count a forum's end states misses no issue, however many instances take them at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from services.forums.store import Desk, Heard
from shared.background import background
from shared.clock import SystemClock
from shared.intake import Intake
from shared.receipts import Receipt
from tests.builders import BANNER, BANNER_SESSION, PLAN, forum_held, issue_raised, posted
from tests.systems import System


@asynccontextmanager
async def instances(system: System, count: int) -> AsyncIterator[list[Intake]]:
    """Run several instances' intakes over one database that knows the campaign."""
    database = await system.database("forums")
    async with database.transaction() as session:
        await Heard(session).expect([PLAN])
    intakes = [Intake("forums", database=database, desk=Desk(), clock=SystemClock()) for _ in range(count)]
    async with AsyncExitStack() as stack:
        for intake in intakes:
            await stack.enter_async_context(background(intake.run(), "intake"))
        yield intakes


@pytest.mark.row(59, 64)
async def test_every_issue_is_either_counted_or_marked_late(system: System) -> None:
    async with instances(system, 3) as intakes:
        work = [
            intakes[number % 2].submit([posted(issue_raised(issue=f"issue-{number}"), BANNER, f"issue-{number}")])
            for number in range(40)
        ]
        work.insert(20, intakes[2].submit([posted(forum_held(), BANNER, "held")]))
        answers = [answer for (answer,) in await asyncio.gather(*work)]
    assert all(isinstance(answer, Receipt) for answer in answers)
    (forum,) = await system.rows("forums", "SELECT issues FROM forum WHERE session = $1", BANNER_SESSION)
    (on_time,) = await system.rows("forums", "SELECT count(*) FROM issue WHERE NOT late")
    assert forum["issues"] == on_time["count"]
    assert await system.count("forums", "issue") == 40


@pytest.mark.row(35)
async def test_two_instances_give_an_issue_id_away_once(system: System) -> None:
    async with instances(system, 2) as intakes:
        rivals = [
            intake.submit([posted(issue_raised(enterprise=f"企业{n}"), BANNER, f"post-{n}")])
            for n, intake in enumerate(intakes)
        ]
        answers = [answer for (answer,) in await asyncio.gather(*rivals)]
    assert sorted(type(answer).__name__ for answer in answers) == ["IssueNumberTaken", "Receipt"]
    assert await system.count("forums", "issue") == await system.count("forums", "outbox") == 1


async def test_planning_twice_is_learnt_once(system: System) -> None:
    database = await system.database("forums")
    for _ in range(2):
        async with database.transaction() as session:
            await Heard(session).expect([PLAN])
    assert await system.count("forums", "forum") == 9
    assert await system.count("forums", "campaign") == 1
