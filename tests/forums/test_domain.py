"""Banners record what enterprises raise at their forum, and its end states how much that was."""

import pytest

from services.forums.domain import ForumsWorld
from services.forums.domain.issue_refusals import IssueNumberTaken
from services.forums.domain.refusals import AlreadyHeld
from shared.campaign import NotAllowed, NotInCitySession, StatedByService, UnknownSession, WrongDivision
from shared.events import ForumHeld, IssueRaised
from shared.posted import Caller
from shared.problems import NotYet
from tests.builders import (
    BANNER,
    BANNER_DRC,
    BANNER_SESSION,
    CITY_SESSION,
    DRC,
    OFFICE,
    OTHER_BANNER,
    OTHER_SESSION,
    caller,
    forum_held,
    issue_raised,
)
from tests.deciding import Post, decide, refused
from tests.forums.gatherings import heard

RAISED: Post = (issue_raised(), BANNER)
HELD: Post = (forum_held(), BANNER)


@pytest.mark.row(35)
@pytest.mark.parametrize("by", [BANNER, DRC])
def test_the_banner_or_the_city_drc_records_an_issue(by: Caller) -> None:
    fact = decide(heard(), issue_raised(), by)
    assert fact.model_copy(update={"standing": None}) == issue_raised()


@pytest.mark.row(35, 88)
@pytest.mark.parametrize("by", [BANNER_DRC, OFFICE, caller("finance"), caller("park", "150602")])
def test_nobody_else_records_an_issue(by: Caller) -> None:
    assert refused(NotAllowed, heard(), issue_raised(), by).status == 403


@pytest.mark.row(75)
def test_a_banner_records_nothing_in_the_forum_of_another() -> None:
    refused(WrongDivision, heard(), issue_raised(), OTHER_BANNER)
    assert refused(WrongDivision, heard(), forum_held(), OTHER_BANNER).status == 403


@pytest.mark.row(88)
@pytest.mark.parametrize("by", [DRC, BANNER_DRC, OFFICE])
def test_only_the_banner_says_that_its_forum_was_held(by: Caller) -> None:
    refused(NotAllowed, heard(), forum_held(), by)


@pytest.mark.row(2)
@pytest.mark.parametrize("event", [forum_held(session=CITY_SESSION), issue_raised(session=CITY_SESSION)])
def test_the_city_session_has_neither_forum_nor_issues(event: ForumHeld | IssueRaised) -> None:
    refusal = refused(NotInCitySession, heard(), event, DRC)
    assert (refusal.status, refusal.path, refusal.row) == (422, "data.session", 2)
    assert "市直专场只有集中审批" in refusal.problem()["title"]


@pytest.mark.row(82)
@pytest.mark.parametrize("post", [RAISED, HELD])
def test_what_comes_before_the_plan_waits_for_it(post: Post) -> None:
    assert refused(NotYet, ForumsWorld(), *post).needs == "chunfeng.campaign.planned.v1 spring-2022"


@pytest.mark.row(1)
def test_a_session_the_campaign_does_not_have_is_not_found() -> None:
    assert refused(UnknownSession, heard(), issue_raised(session="spring-2022-150699"), BANNER).status == 404


@pytest.mark.row(35)
def test_an_issue_id_names_one_issue_of_a_session() -> None:
    refusal = refused(IssueNumberTaken, heard(RAISED), issue_raised(enterprise="另一企业"), BANNER)
    assert (refusal.status, refusal.path) == (409, "data.issue")
    assert "东胜区专场的问题 issue-1 已由示例企业提出" in refusal.problem()["title"]


@pytest.mark.row(35)
def test_two_sessions_may_use_the_same_issue_id() -> None:
    decide(heard(RAISED), issue_raised(session=OTHER_SESSION), OTHER_BANNER)


@pytest.mark.row(59, 64)
def test_the_end_of_a_forum_states_how_many_issues_its_own_session_has() -> None:
    elsewhere = (issue_raised(session=OTHER_SESSION), OTHER_BANNER)
    world = heard(RAISED, (issue_raised(issue="issue-2"), DRC), elsewhere)
    held = decide(world, *HELD)
    assert isinstance(held, ForumHeld)
    assert held.issues == 2
    assert world.forums[BANNER_SESSION].issues == 2


@pytest.mark.row(59)
@pytest.mark.parametrize("issues", [0, 1])
def test_a_poster_does_not_count_the_issues(issues: int) -> None:
    refusal = refused(StatedByService, heard(RAISED), forum_held(issues=issues), BANNER)
    assert (refusal.status, refusal.path) == (422, "data.issues")


@pytest.mark.row(7)
def test_a_forum_is_held_once() -> None:
    refusal = refused(AlreadyHeld, heard(HELD), *HELD)
    assert refusal.status == 409
    assert "2022-03-16 11:30" in refusal.problem()["title"]


@pytest.mark.row(82)
def test_an_issue_raised_after_the_count_is_taken_and_marked_late() -> None:
    world = heard(RAISED, HELD)
    decide(world, issue_raised(issue="issue-2"), BANNER)
    assert [(issue.issue, issue.late) for issue in world.issues.values()] == [("issue-1", False), ("issue-2", True)]
    assert world.forums[BANNER_SESSION].issues == 1
