"""The count a forum's end states misses no issue, however many instances take them at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from services.forums.domain.refusals import ClassFull
from services.forums.store import Desk, Heard
from shared.background import background
from shared.clock import SystemClock
from shared.intake import Intake
from shared.receipts import Receipt
from tests.builders import BANNER, BANNER_SESSION, OFFICE, PLAN, forum_held, issue_raised, posted
from tests.forums.gatherings import INVITED, confirmed, official, withdrawn
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


@pytest.mark.row(32)
async def test_fifty_parallel_confirmations_never_exceed_the_cap_and_the_rest_wait_in_order(system: System) -> None:
    async with instances(system, 3) as intakes:
        await intakes[0].submit([posted(*INVITED, "invited")])
        work = [
            intakes[number % 3].submit([posted(confirmed(official(number)), OFFICE, f"confirm-{number}")])
            for number in range(50)
        ]
        answers = [answer for (answer,) in await asyncio.gather(*work)]
        assert sum(isinstance(answer, Receipt) for answer in answers) == 15
        assert [type(answer) for answer in answers if not isinstance(answer, Receipt)] == [ClassFull] * 35
        gone = "SELECT participant FROM participant WHERE place = 'confirmed' ORDER BY number LIMIT 5"
        leaving = [row["participant"] for row in await system.rows("forums", gone)]
        waits = "SELECT participant FROM participant WHERE place = 'waiting' ORDER BY number LIMIT 5"
        next_up = {row["participant"] for row in await system.rows("forums", waits)}
        await asyncio.gather(
            *(
                intakes[place % 3].submit([posted(withdrawn(one), OFFICE, f"withdraw-{one}")])
                for place, one in enumerate(leaving)
            )
        )
    places = "SELECT place, count(*) FROM participant GROUP BY place"
    counted = {row["place"]: row["count"] for row in await system.rows("forums", places)}
    assert counted == {"confirmed": 15, "waiting": 30, "withdrawn": 5}
    seated = await system.rows("forums", "SELECT participant FROM participant WHERE place = 'confirmed'")
    assert next_up <= {row["participant"] for row in seated}, "the waitlist moves up in order"
    facts = "SELECT subject, version FROM outbox WHERE type LIKE 'chunfeng.participant%'"
    versions = [row["version"] for row in await system.rows("forums", facts)]
    assert sorted(versions) == list(range(1, 61)), "every place, wait, withdrawal and move is a numbered fact"


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
