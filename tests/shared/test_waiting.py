"""What waits for another service's fact is decided when this service has heard it, exactly once, however it happens."""

import asyncio
import json
from contextlib import AbstractAsyncContextManager

import pytest

from services.forums.store import Desk, Heard
from shared import plans
from shared.clock import SystemClock
from shared.intake import Intake
from shared.receipts import Receipt
from shared.waiting import release
from tests.builders import BANNER, BANNER_SESSION, CITY_SESSION, DRC, PLAN, forum_held, issue_raised, plan, posted
from tests.listening import listening
from tests.posting import Office, approvals
from tests.systems import System, until

pytestmark = pytest.mark.row(82)


def forums(system: System, office: Office) -> AbstractAsyncContextManager[Office]:
    """Run the forums service, which has heard of the keys but of no campaign."""
    return listening(system, "forums", office, "/v1/sessions/none/issues", status=404)


async def settled(there: Office, event_id: str) -> bool:
    receipt = await there.receipt(event_id, BANNER)
    return str(receipt["status"]) != "waiting"


async def test_an_issue_from_before_the_plan_is_published_once_the_plan_is_heard(system: System) -> None:
    async with approvals(system) as office, forums(system, office) as there:
        answer = await there.post(issue_raised(), BANNER, "early")
        assert (answer.status_code, answer.json()["status"]) == (202, "waiting")
        await office.accepted((plan(), DRC))
        await until(lambda: settled(there, "early"))
        assert (await there.receipt("early", BANNER))["status"] == "accepted"
        await there.accepted((forum_held(), BANNER))
        assert await system.count("forums", "waiting") == 0
        facts = await system.rows("forums", "SELECT type FROM outbox ORDER BY sequence")
        assert [fact["type"] for fact in facts] == [issue_raised().type, forum_held().type]
        (forum,) = await system.rows("forums", "SELECT issues FROM forum WHERE session = $1", BANNER_SESSION)
        assert forum["issues"] == 1


async def test_what_turns_out_to_be_refused_says_so_in_its_receipt(system: System) -> None:
    async with approvals(system) as office, forums(system, office) as there:
        await there.post(issue_raised(session=CITY_SESSION), DRC, "early")
        await office.accepted((plan(), DRC))

        async def refused() -> bool:
            receipt = await there.receipt("early", DRC)
            return str(receipt["status"]) == "refused"

        await until(refused)
        assert (await there.receipt("early", DRC))["problem"]["row"] == 2
        assert await system.count("forums", "issue") == 0


async def test_two_instances_that_release_at_once_decide_each_event_once(system: System) -> None:
    database = await system.database("forums")
    intakes = [Intake("forums", database=database, desk=Desk(), clock=SystemClock()) for _ in range(2)]
    early = [posted(issue_raised(issue=f"issue-{n}"), BANNER, f"early-{n}") for n in range(20)]
    running = asyncio.create_task(intakes[0].run())
    await intakes[0].submit(early)
    running.cancel()
    async with database.transaction() as session:
        await Heard(session).expect([PLAN])
    counts = await asyncio.gather(*(release(intake, plans.heard) for intake in intakes))
    assert sum(counts) == len(early)
    assert await system.count("forums", "issue") == len(early)
    assert await system.count("forums", "outbox") == len(early)


async def test_nothing_heard_releases_nothing(system: System) -> None:
    database = await system.database("forums")
    intake = Intake("forums", database=database, desk=Desk(), clock=SystemClock())
    running = asyncio.create_task(intake.run())
    (receipt,) = await intake.submit([posted(issue_raised(), BANNER, "early")])
    running.cancel()
    assert isinstance(receipt, Receipt)
    assert json.loads(receipt.text)["waits_for"] == "chunfeng.campaign.planned.v1 spring-2022"
    assert await release(intake, plans.heard) == 0
    assert await system.count("forums", "waiting") == 1
