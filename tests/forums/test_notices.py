"""A unit is told when an issue comes to it, leaves it or waits for it, and acknowledges it (row 35)."""

import pytest

from services.forums.domain import ForumsWorld
from services.forums.domain.issue_refusals import NothingToAcknowledge
from services.forums.domain.notices import Cause
from shared.campaign import StatedByService
from shared.events import IssueAcknowledged
from shared.posted import Caller
from shared.problems import NotYet
from tests.builders import BANNER, BANNER_SESSION, DRC, OFFICE, at
from tests.deciding import Post, decide, refused
from tests.forums.desk import announce, at_desk, cookie, pass_to
from tests.forums.issuing import (
    DISPATCHED,
    HOUSING,
    LAND,
    RAISED,
    RESOLVED,
    WATER,
    asked,
    closed_out,
    dismissed,
    dispatched,
    extended,
    feedback,
    heard,
    objected,
    reassigned,
)
from tests.forums.surveying import CHOSEN, FILED, PRESENT, finding
from tests.posting import Office
from tests.systems import System

SEEN = IssueAcknowledged(
    session=BANNER_SESSION, issue="issue-1", acknowledged_by="王喆（虚构）", acknowledged_at=at(10, days=1)
)
OBJECTED: Post = (objected(), LAND)


def told(world: ForumsWorld) -> dict[str, Cause]:
    """Return whom the last step of the issue concerned, and why."""
    number = max((one.number for one in world.notices.values()), default=0)
    return {one.unit: Cause(one.cause) for one in world.notices.values() if one.number == number}


@pytest.mark.row(35, 36)
def test_whoever_gets_an_issue_is_told_and_whoever_loses_it_too() -> None:
    assert told(heard(RAISED)) == {}
    assert told(heard(RAISED, DISPATCHED)) == {LAND.unit: Cause.LEAD, WATER.unit: Cause.ASSIST}
    moved = heard(RAISED, DISPATCHED, OBJECTED, (reassigned(), DRC))
    assert told(moved) == {WATER.unit: Cause.LEAD, LAND.unit: Cause.FORMER}


@pytest.mark.row(35)
@pytest.mark.parametrize(
    ("posts", "expected"),
    [
        ([OBJECTED], {DRC.unit: Cause.DECIDE, OFFICE.unit: Cause.DECIDE}),
        ([OBJECTED, (dismissed(), DRC)], {LAND.unit: Cause.DECIDED}),
        ([(asked(), LAND)], {DRC.unit: Cause.DECIDE, OFFICE.unit: Cause.DECIDE}),
        ([(asked(), LAND), (extended(), DRC)], {LAND.unit: Cause.DECIDED}),
        ([RESOLVED], {BANNER.unit: Cause.NEXT}),
        ([RESOLVED, (feedback(feedback="dissatisfied"), BANNER)], {LAND.unit: Cause.LEAD, WATER.unit: Cause.ASSIST}),
        (
            [RESOLVED, (feedback(), BANNER), (closed_out(), DRC)],
            {LAND.unit: Cause.ENDED, WATER.unit: Cause.ENDED},
        ),
    ],
)
def test_whom_the_next_step_waits_for_is_told(posts: list[Post], expected: dict[str, Cause]) -> None:
    assert told(heard(RAISED, DISPATCHED, *posts)) == expected


@pytest.mark.row(35)
def test_a_banner_decides_about_its_own_units_so_it_is_told_of_their_objections() -> None:
    given = (dispatched(lead=HOUSING.unit, assisting=[]), BANNER)
    assert told(heard(RAISED, given, (objected(), HOUSING))) == {BANNER.unit: Cause.DECIDE}


@pytest.mark.row(35, 88)
def test_a_unit_acknowledges_what_it_was_told_once() -> None:
    world = heard(RAISED, DISPATCHED)
    refused(StatedByService, world, SEEN.model_copy(update={"unit": LAND.unit}), LAND)
    fact = decide(world, SEEN, LAND)
    assert isinstance(fact, IssueAcknowledged)
    assert fact.unit == LAND.unit
    assert {one.unit for one in world.notices.values() if one.seen_at} == {LAND.unit}
    assert "市自然资源局" in refused(NothingToAcknowledge, world, SEEN, LAND).problem()["title"]
    refused(NothingToAcknowledge, world, SEEN, BANNER)
    refused(NotYet, heard(RAISED), SEEN, LAND)


async def _unseen(office: Office, by: Caller) -> dict[str, str]:
    answer = await office.client.get("/v1/notices", params={"unseen": "true"}, headers=office.key(by))
    notices = answer.json()["notices"]
    return {one["issue"]["issue"]: one["cause"] for one in reversed(notices)}


@pytest.mark.row(35, 45)
async def test_a_finding_and_an_overdue_issue_are_told_by_the_service_itself(system: System) -> None:
    async with at_desk(system) as (office, held):
        await announce(system, at(9))
        await office.accepted(*PRESENT, FILED, CHOSEN, (finding(), BANNER), RAISED, DISPATCHED)
        ((finding_issue, cause),) = (await _unseen(office, BANNER)).items()
        assert ("finding-1" in finding_issue, cause) == (True, "next")
        await pass_to(office, held, at(9, days=40))
        assert (await _unseen(office, LAND))["issue-1"] == "overdue"
        assert (await _unseen(office, DRC))["issue-1"] == "supervise"
        await office.accepted((SEEN, LAND))
        assert await _unseen(office, LAND) == {}
        page = (await office.client.get(f"/issues/{BANNER_SESSION}/issue-1", headers=cookie(office, OFFICE))).text
        assert page.count("王喆（虚构）") >= 2
