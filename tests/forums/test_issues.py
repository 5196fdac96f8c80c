"""What may become of an issue, and who may do it: the whole way of rows 35 and 36."""

from datetime import date

import pytest
from pydantic import ValidationError

from services.forums.domain.issue_refusals import (
    AlreadyDispatched,
    AnsweredForAnother,
    BeforeThat,
    NoFeedbackYet,
    NothingChanged,
    NotInThisState,
    OwnWork,
)
from shared.campaign import NotAllowed, StatedByService, WrongDivision
from shared.events import ForumHeld, IssueEvent
from shared.problems import NotYet, Refused
from shared.vocabulary import IssueState
from tests.builders import (
    BANNER,
    BANNER_DRC,
    DRC,
    OFFICE,
    OTHER_BANNER,
    at,
    forum_held,
    issue_raised,
)
from tests.deciding import Post, decide, given, refused
from tests.forums.issuing import (
    DISPATCHED,
    LAND,
    PARK,
    RAISED,
    RESOLVED,
    WATER,
    answered,
    asked,
    closed_out,
    corrected,
    dismissed,
    dispatched,
    extended,
    feedback,
    heard,
    in_hand,
    issue_in,
    objected,
    pass_time,
    reassigned,
    reopened,
    resolved,
    standing,
    with_issue,
    withdrawn,
)


@pytest.mark.row(35)
def test_an_issue_goes_its_whole_way_from_raised_to_closed_out() -> None:
    world = heard()
    raised = standing(world, *RAISED)
    assert (raised.state, raised.owner_name, raised.due) == (IssueState.RAISED, "东胜区人民政府", date(2022, 3, 21))
    given_out = standing(world, *DISPATCHED)
    assert (given_out.owner_name, given_out.assisting_names) == ("市自然资源局", ("市水利局",))
    # 15 working days from 17 March; the 4th and 5th of April 2022 were holidays, Saturday the 2nd was worked.
    assert given_out.due == date(2022, 4, 8)
    assert standing(world, asked(until=date(2022, 4, 20)), LAND).due == date(2022, 4, 8)
    assert standing(world, extended(until=date(2022, 4, 20)), DRC).due == date(2022, 4, 20)
    done = standing(world, *RESOLVED)
    assert (done.state, done.owner_name, done.due) == (IssueState.RESOLVED, "东胜区人民政府", date(2022, 4, 2))
    assert (done.answer, done.answered_by) == ("指标已下达。", "市自然资源局")
    assert standing(world, feedback(), PARK).feedback == "satisfied"
    closed = standing(world, closed_out(), DRC)
    assert (closed.state, closed.owner, closed.due) == (IssueState.CLOSED_OUT, None, None)
    assert issue_in(world).closed_by == "斯琴（虚构）（市人民政府副市长）"


@pytest.mark.row(35)
@pytest.mark.parametrize(("days", "on_the_spot"), [(0, True), (1, False)])
@pytest.mark.parametrize("by", [LAND, BANNER, DRC])
def test_an_answer_on_the_day_is_one_on_the_spot(by: object, days: int, *, on_the_spot: bool) -> None:
    world = with_issue()
    stands = standing(world, answered(answered_at=at(11, days=days)), by)  # type: ignore[arg-type]
    assert (stands.state, stands.on_the_spot) == (IssueState.ANSWERED, on_the_spot)
    assert stands.answered_by == "市自然资源局"
    assert issue_in(world).responded_at == at(11, days=days)


@pytest.mark.row(35, 88)
def test_a_unit_answers_for_itself_only_and_a_banner_in_its_own_forum() -> None:
    refused(AnsweredForAnother, with_issue(), answered(), WATER)
    refused(WrongDivision, with_issue(), answered(), OTHER_BANNER)
    refused(AlreadyDispatched, in_hand(), answered(answered_at=at(9, days=3)), LAND)
    refused(NotInThisState, with_issue((answered(), LAND)), answered(), LAND)


@pytest.mark.row(35)
def test_the_clock_escalates_what_is_overdue_once_until_its_due_day_moves() -> None:
    world = pass_time(with_issue(), 5)  # to be dispatched by Monday the 21st
    assert not issue_in(world).escalated
    assert issue_in(pass_time(world, 6)).escalations == 1
    given(world, (dispatched(dispatched_at=at(9, days=6)), DRC))
    assert not issue_in(world).escalated
    assert issue_in(pass_time(world, 90)).escalations == 2
    assert issue_in(pass_time(world, 200)).escalations == 2
    given(world, (resolved(resolved_at=at(9, days=91)), LAND))
    assert (issue_in(world).escalated, issue_in(world).in_time) == (False, False)


@pytest.mark.row(35)
def test_a_dissatisfied_enterprise_opens_the_issue_again_with_the_unit_in_the_lead() -> None:
    world = in_hand(RESOLVED)
    stands = standing(world, feedback(feedback="dissatisfied", note="指标仍不足。"), PARK)
    assert (stands.state, stands.owner_name, stands.reopened) == (IssueState.DISPATCHED, "市自然资源局", 1)
    assert stands.due == date(2022, 4, 20)
    assert stands.feedback == "dissatisfied"
    refused(NotInThisState, world, closed_out(), DRC)
    again = standing(world, resolved(resolved_at=at(9, days=16)), LAND)
    assert (again.state, again.feedback) == (IssueState.RESOLVED, None)


@pytest.mark.row(35)
def test_a_dissatisfied_enterprise_that_was_answered_on_the_spot_has_its_issue_dispatched() -> None:
    world = with_issue((answered(), LAND))
    stands = standing(world, feedback(feedback="dissatisfied", given_at=at(9, days=1)), DRC)
    assert (stands.state, stands.owner_name, stands.due) == (IssueState.RAISED, "东胜区人民政府", date(2022, 3, 22))
    standing(world, *DISPATCHED)


@pytest.mark.row(35, 88)
def test_nobody_judges_his_own_work() -> None:
    own = in_hand((reassigned(lead=DRC.unit), OFFICE), (resolved(), DRC))
    refused(OwnWork, own, feedback(), DRC)
    refused(NotAllowed, in_hand(RESOLVED), feedback(), LAND)
    refused(WrongDivision, in_hand(RESOLVED), feedback(), OTHER_BANNER)


@pytest.mark.row(35)
def test_closing_out_without_the_enterprises_word_needs_a_reason() -> None:
    refused(NoFeedbackYet, in_hand(RESOLVED), closed_out(), DRC)
    stands = standing(in_hand(RESOLVED), closed_out(reason="企业已注销。"), BANNER)
    assert stands.state == IssueState.CLOSED_OUT
    for by in (LAND, BANNER_DRC, PARK):
        refused(NotAllowed, in_hand(RESOLVED), closed_out(reason="企业已注销。"), by)


@pytest.mark.row(35)
def test_a_closing_and_a_withdrawal_can_be_undone() -> None:
    world = in_hand(RESOLVED, (feedback(), PARK), (closed_out(), DRC))
    assert standing(world, reopened(), DRC).owner_name == "市自然资源局"
    taken_back = with_issue((withdrawn(), BANNER))
    assert issue_in(taken_back).owner is None
    assert standing(taken_back, reopened(), BANNER).owner_name == "东胜区人民政府"
    refused(NotInThisState, in_hand(), reopened(), DRC)


@pytest.mark.row(35)
def test_a_correction_changes_what_was_recorded_and_nothing_else() -> None:
    world = in_hand()
    before = issue_in(world)
    stands = standing(world, corrected(), BANNER)
    assert stands.topic == "用地用林用草"
    assert issue_in(world).with_(topic=before.topic) == before
    refused(NothingChanged, world, corrected(), BANNER)
    with pytest.raises(ValidationError, match="请写明更正后"):
        corrected(topic=None)
    refused(NotInThisState, with_issue((withdrawn(), BANNER)), corrected(), BANNER)


@pytest.mark.row(82)
@pytest.mark.parametrize(
    ("before", "post", "needs"),
    [
        ((), DISPATCHED, "raised"),
        ((RAISED,), RESOLVED, "dispatched"),
        ((RAISED,), (objected(), LAND), "dispatched"),
        ((RAISED,), (reassigned(), DRC), "dispatched"),
        ((RAISED,), (asked(), LAND), "dispatched"),
        ((RAISED, DISPATCHED), (extended(), DRC), "extension-asked"),
        ((RAISED, DISPATCHED), (dismissed(), DRC), "objected"),
        ((RAISED, DISPATCHED), (feedback(), PARK), "resolved"),
        ((RAISED,), (feedback(), PARK), "answered"),
        ((RAISED, DISPATCHED), (closed_out(), DRC), "resolved"),
    ],
)
def test_a_step_that_overtook_the_one_before_waits_for_it(before: tuple[Post, ...], post: Post, needs: str) -> None:
    assert refused(NotYet, heard(*before), *post).needs.startswith(f"chunfeng.issue.{needs}.v1 spring-2022-150602/")


@pytest.mark.row(35)
@pytest.mark.parametrize(
    ("before", "post"),
    [
        ((), (dispatched(dispatched_at=at(9, days=-1)), DRC)),
        ((), (answered(answered_at=at(9, days=-1)), LAND)),
        ((DISPATCHED,), (resolved(resolved_at=at(9)), LAND)),
        ((DISPATCHED,), (objected(objected_at=at(9)), LAND)),
        ((DISPATCHED, RESOLVED), (feedback(given_at=at(9, days=11)), PARK)),
        ((DISPATCHED, RESOLVED), (closed_out(closed_at=at(9), reason="企业已注销。"), DRC)),
    ],
)
def test_no_step_lies_before_the_one_it_follows(before: tuple[Post, ...], post: Post) -> None:
    assert refused(BeforeThat, with_issue(*before), *post).status == 422


@pytest.mark.row(35, 59)
@pytest.mark.parametrize("stated", [{"source": "policy"}, {"origin": "question-1"}, {"suggested": [LAND.unit]}])
def test_where_an_issue_comes_from_is_not_for_the_poster_to_say(stated: dict[str, object]) -> None:
    refused(StatedByService, heard(), issue_raised(**stated), BANNER)
    stands = standing(heard(), *RAISED).model_dump()
    refused(StatedByService, with_issue(), dispatched(standing=stands), DRC)


@pytest.mark.row(35)
def test_an_issue_in_hand_is_not_dispatched_again_and_a_closed_one_nothing() -> None:
    assert refused(AlreadyDispatched, in_hand(), dispatched(lead=WATER.unit, assisting=[]), DRC).row == 36
    closed = in_hand(RESOLVED, (feedback(), PARK), (closed_out(), DRC))
    later: list[tuple[IssueEvent, object]] = [
        (dispatched(), DRC),
        (resolved(), LAND),
        (objected(), LAND),
        (asked(), LAND),
        (feedback(), PARK),
        (closed_out(), DRC),
        (corrected(), BANNER),
        (withdrawn(), BANNER),
    ]
    for event, by in later:
        refusal: Refused = refused(NotInThisState, closed, event, by)  # type: ignore[arg-type]
        assert "已销号" in refusal.problem()["title"]


@pytest.mark.row(64)
def test_the_forum_counts_what_was_raised_there_withdrawn_or_not() -> None:
    world = with_issue((withdrawn(), BANNER), (issue_raised(issue="issue-2"), BANNER))
    fact = decide(world, forum_held(), BANNER)
    assert isinstance(fact, ForumHeld)
    assert fact.issues == 2
