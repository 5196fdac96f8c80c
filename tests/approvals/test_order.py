"""Posts in any order: what comes early waits, is decided with its predecessor, and its receipt says so (row 82)."""

import asyncio
import random

import pytest

from shared.background import background
from shared.clock import SystemClock
from shared.intake import Intake
from tests.approvals.hesitant import Hesitant
from tests.builders import (
    BANNER,
    BANNER_SESSION,
    DRC,
    application_docketed,
    application_withdrawn,
    approval_signed,
    licence_issued,
    owner,
    plan,
    posted,
    session_closed,
    session_opened,
    session_scheduled,
)
from tests.posting import OPENED, Office, approvals, cloudevent
from tests.systems import System, together

pytestmark = pytest.mark.row(82)

WHOLE = {
    "plan": (plan(), DRC),
    "schedule": (session_scheduled(), DRC),
    "open": (session_opened(), BANNER),
    "docket": (application_docketed(), DRC),
    "sign": (approval_signed(), owner()),
    "licence": (licence_issued(), owner()),
    "close": (session_closed(), BANNER),
}


async def post_named(office: Office, name: str) -> str:
    event, by = WHOLE[name]
    answer = await office.post(event, by, name)
    assert answer.status_code == 202
    return str(answer.json()["status"])


async def standing(office: Office) -> dict[str, str]:
    """Return how each of the whole session's posts stands now."""
    return {name: (await office.receipt(name, by))["status"] for name, (_, by) in WHOLE.items()}


async def test_a_decision_before_its_docketing_waits_and_is_decided_with_it(system: System) -> None:
    async with approvals(system, *OPENED) as office:
        early = await office.post(approval_signed(), owner(), "early")
        assert (early.status_code, early.json()["status"]) == (202, "waiting")
        assert "docketed" in early.json()["waits_for"]
        await office.accepted((application_docketed(), DRC))
        receipt = await office.receipt("early", owner())
        assert (receipt["status"], len(receipt["facts"])) == ("accepted", 1)
        assert await system.count("approvals", "waiting") == 0


async def test_within_one_batch_order_does_not_matter(system: System) -> None:
    async with approvals(system, *OPENED) as office:
        dockets = [cloudevent(application_docketed(), DRC, "docket")]
        withdrawal = cloudevent(application_withdrawn(), DRC, "withdraw")
        answer = await office.batch([withdrawal, *dockets], DRC)
        assert [one["status"] for one in answer.json()["receipts"]] == ["waiting", "accepted"]
        assert (await office.receipt("withdraw", DRC))["status"] == "accepted"
        (row,) = await system.rows("approvals", "SELECT withdrawn FROM application")
        assert row["withdrawn"]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_whole_session_posted_in_any_order_comes_out_the_same(system: System, seed: int) -> None:
    names = [name for name in WHOLE if name != "close"]
    random.Random(seed).shuffle(names)  # noqa: S311  (no secret)
    async with approvals(system) as office:
        for name in [*names, "close"]:
            await post_named(office, name)
        assert await standing(office) == dict.fromkeys(WHOLE, "accepted")
        (row,) = await system.rows("approvals", "SELECT outcome, licences FROM application")
        assert row == {"outcome": "approved", "licences": 1}
        closed = [fact for fact in await system.rows("approvals", "SELECT * FROM outbox") if "closed" in fact["type"]]
        assert '"docketed":1' in closed[0]["envelope"]


async def test_a_session_posted_backwards_waits_link_by_link(system: System) -> None:
    async with approvals(system) as office:
        statuses = [await post_named(office, name) for name in reversed(WHOLE)]
        assert statuses == ["waiting"] * 6 + ["accepted"]
        assert await standing(office) == dict.fromkeys(WHOLE, "accepted")


async def test_a_released_post_that_turns_out_illegal_is_refused_in_its_receipt(system: System) -> None:
    async with approvals(system, *OPENED) as office:
        await office.post(approval_signed(), owner(), "first")
        await office.post(approval_signed(outcome="deferred"), owner(), "second")
        await office.accepted((application_docketed(), DRC))
        first, second = [await office.receipt(name, owner()) for name in ("first", "second")]
        assert (first["status"], second["status"]) == ("accepted", "refused")
        assert second["problem"]["status"] == 409
        assert second["problem"]["title_en"]
        assert await system.count("approvals", "waiting") == 0


@pytest.mark.row(72)
async def test_a_waiting_post_is_idempotent_too(system: System) -> None:
    async with approvals(system, *OPENED) as office:
        first = await office.post(approval_signed(), owner(), "early")
        again = await office.post(approval_signed(), owner(), "early")
        other = await office.post(approval_signed(outcome="deferred"), owner(), "early")
        assert again.json() == first.json() | {"duplicate": True}
        assert other.status_code == 409
        await office.accepted((application_docketed(), DRC))
        decided = await office.post(approval_signed(), owner(), "early")
        assert (decided.json()["status"], decided.json()["duplicate"]) == ("accepted", True)


async def test_what_waits_keeps_waiting_across_a_restart(system: System) -> None:
    async with approvals(system, *OPENED) as office:
        await office.post(approval_signed(), owner(), "early")
    async with system.serving("approvals") as client:
        again = Office(client, office.tokens)
        await again.accepted((application_docketed(), DRC))
        assert (await again.receipt("early", owner()))["status"] == "accepted"


async def test_nothing_released_is_decided_in_another_session(system: System) -> None:
    async with approvals(system, *OPENED) as office:
        await office.post(approval_signed(), owner(), "early")
        other = application_docketed(session="spring-2022-150603", scope="banner_key")
        await office.accepted((other, DRC))
        receipt = await office.receipt("early", owner())
        assert (receipt["status"], receipt["problem"]["errors"][0]["path"]) == ("refused", "data.session")
        assert BANNER_SESSION not in receipt["problem"]["title_en"]


async def test_a_predecessor_recorded_meanwhile_by_another_instance_is_not_missed(system: System) -> None:
    async with approvals(system, *OPENED) as office:
        desk, database = Hesitant(), await system.database("approvals")
        slow = Intake("approvals", database=database, desk=desk, clock=SystemClock())
        async with background(slow.run(), "intake"):
            early = asyncio.ensure_future(slow.submit([posted(approval_signed(), owner(), "early")]))
            await desk.decided.wait()
            docketing = asyncio.ensure_future(office.post(application_docketed(), DRC, "docket"))
            await asyncio.wait([docketing], timeout=0.3)
            desk.go.set()
            await together(early, docketing)
        assert (await office.receipt("early", owner()))["status"] == "accepted"
        assert await system.count("approvals", "waiting") == 0
