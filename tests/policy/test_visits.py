"""A visit is planned, moved, called off, made, corrected; what nobody could answer there is left open."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from services.policy.domain import PolicyWorld
from services.policy.domain.questions import AnsweredBefore, QuestionTaken
from services.policy.domain.visits import (
    CancelledBefore,
    NoSuchCode,
    OutsideTheTeamsDay,
    VisitClashes,
    VisitedBefore,
)
from shared.campaign import NotAllowed, StatedByService, WrongDivision
from shared.events import QuestionAnswered, QuestionLeftOpen
from shared.problems import NotYet
from shared.vocabulary import Feedback
from tests.builders import BANNER, BANNER_SESSION, DRC, OTHER_BANNER, at, posted, unit, visits_concluded
from tests.deciding import decide, refused
from tests.policy.visiting import (
    OTHER_FIRM,
    cancelled,
    corrected,
    planned_visit,
    question,
    team_on_its_way,
    visited,
)
from tests.policy.worlds import heard

TEAM = (team_on_its_way(), DRC)
PLANNED = (planned_visit(), BANNER)
KEY = (BANNER_SESSION, "visit-1")


def day() -> PolicyWorld:
    return heard(TEAM, PLANNED)


def answered(**changes: Any) -> QuestionAnswered:  # noqa: ANN401
    usual = {
        "session": BANNER_SESSION,
        "question": "question-1",
        "answer": "由人社部门受理。",
        "answered_by": "市人社局",
    }
    return QuestionAnswered.model_validate(usual | {"answered_at": at(9, days=2)} | changes)


@pytest.mark.row(48, 49)
def test_a_visit_is_planned_within_its_teams_day_and_moved_by_planning_it_again() -> None:
    world = day()
    decide(world, planned_visit(starts_at=at(15), ends_at=at(16)), BANNER)
    assert world.visit_log[KEY].planned_from == at(15)
    for times in ({"starts_at": at(13)}, {"ends_at": at(17, 1)}):
        refused(OutsideTheTeamsDay, heard(TEAM), planned_visit(**times), BANNER)
    refused(NotYet, heard(), *PLANNED)
    refused(WrongDivision, heard(TEAM), planned_visit(), OTHER_BANNER)


@pytest.mark.row(48)
def test_neither_a_team_nor_an_enterprise_has_two_visits_at_a_time() -> None:
    people = {"liaison": {"name": "另一联络员（虚构）", "unit": unit("government", "150602").code}}
    world = heard(TEAM, PLANNED)
    same_team = planned_visit(visit="visit-2", **OTHER_FIRM, starts_at=at(14), ends_at=at(15))
    refusal = refused(VisitClashes, world, same_team, BANNER)
    assert (refusal.status, refusal.row) == (409, 48)
    assert "visit-1（东胜区示例镕昇新材料有限公司，小分队 team-1，13:30—14:15）" in refusal.problem()["title"]
    decide(world, planned_visit(visit="visit-2", **OTHER_FIRM, starts_at=at(14, 15), ends_at=at(15)), BANNER)
    free = [{"name": "另一税务科长（虚构）", "unit": unit("tax").code, "standing": "section_chief"}]
    other = team_on_its_way(
        team="team-2", leader={"name": "另一队长（虚构）", "unit": unit("drc").code}, members=free, **people
    )
    decide(world, other, DRC)
    same_firm = planned_visit(team="team-2", visit="visit-3", starts_at=at(14), ends_at=at(14, 30))
    assert refused(VisitClashes, world, same_firm, BANNER).status == 409


@pytest.mark.row(48)
@given(start=st.integers(0, 40), length=st.integers(1, 12), other=st.integers(0, 40), other_length=st.integers(1, 12))
@settings(max_examples=120)
def test_two_visits_clash_exactly_when_they_have_a_minute_in_common(
    start: int, length: int, other: int, other_length: int
) -> None:
    def minute(number: int) -> Any:  # noqa: ANN401
        return at(13 + (30 + 4 * number) // 60, (30 + 4 * number) % 60)

    first = planned_visit(starts_at=minute(start), ends_at=minute(start + length))
    second = planned_visit(visit="visit-2", **OTHER_FIRM, starts_at=minute(other), ends_at=minute(other + other_length))
    world = heard((team_on_its_way(ends_at=at(18)), DRC), (first, BANNER))
    if start < other + other_length and other < start + length:
        refused(VisitClashes, world, second, BANNER)
    else:
        decide(world, second, BANNER)


@pytest.mark.row(49)
def test_a_planned_visit_is_called_off_once_and_its_time_is_free() -> None:
    world = day()
    decide(world, cancelled(), BANNER)
    assert "企业当日停产检修" in refused(CancelledBefore, world, cancelled(), BANNER).problem()["title"]
    decide(world, planned_visit(visit="visit-2", **OTHER_FIRM), BANNER)
    refused(VisitClashes, world, planned_visit(), BANNER)
    refused(VisitedBefore, heard(TEAM, (visited(), BANNER)), cancelled(), BANNER)
    refused(NotYet, heard(TEAM), cancelled(), BANNER)


@pytest.mark.row(49)
def test_a_called_off_visit_that_is_planned_again_stands_again() -> None:
    world = heard(TEAM, PLANNED, (cancelled(), BANNER), PLANNED)
    assert world.visit_log[KEY].window == (at(13, 30), at(14, 15))


@pytest.mark.row(49)
def test_a_visit_is_logged_with_questions_and_what_is_unanswered_is_left_open_for_the_departments_that_cover_it() -> (
    None
):
    tax = question(question="question-2", topic="tax", text="留抵退税何时到账？")
    told = tax | {"question": "question-3", "answer": "十个工作日。", "answered_by": "市税务局"}
    log, *opened = day().decide(posted(visited(questions=[question(), tax, told]), BANNER))
    assert log.type == "chunfeng.enterprise.visited.v1"
    assert all(isinstance(one, QuestionLeftOpen) for one in opened)
    assert [(one.question, list(one.departments)) for one in opened if isinstance(one, QuestionLeftOpen)] == [
        ("question-1", []),
        ("question-2", [unit("tax").code]),
    ]
    with pytest.raises(ValidationError, match="问题编号不能重复"):
        visited(questions=[question(), question()])


@pytest.mark.row(49)
def test_a_visit_is_logged_once_also_unplanned_and_its_questions_have_ids_of_their_own() -> None:
    world = heard(TEAM)
    world.decide(posted(visited(questions=[question()]), BANNER))
    refused(VisitedBefore, world, visited(), BANNER)
    refused(VisitedBefore, world, planned_visit(), BANNER)
    another = visited(visit="visit-2", **OTHER_FIRM, questions=[question()])
    assert refused(QuestionTaken, world, another, BANNER).path == "data.questions.0.question"
    refused(NoSuchCode, world, visited(visit="visit-3", brochures=["ABCDEF7"]), BANNER)
    refused(NotYet, heard(), visited(), BANNER)


@pytest.mark.row(49)
def test_a_logged_visit_is_corrected_with_the_reason_and_keeps_its_questions_and_its_place_in_the_count() -> None:
    world = heard(TEAM)
    world.decide(posted(visited(questions=[question()]), BANNER))
    decide(world, visits_concluded(), DRC)
    decide(world, corrected(feedback="fair"), BANNER)
    log = world.visit_log[KEY]
    assert (log.ended_at, log.topics, log.feedback, log.late) == (at(14, 30), ["tax", "finance"], Feedback.FAIR, False)
    assert log.corrected == "时间有误"
    assert list(world.questions) == [(BANNER_SESSION, "question-1")]
    refused(NotYet, heard(TEAM), corrected(), BANNER)


@pytest.mark.row(49)
def test_a_question_left_open_is_answered_once_by_the_drc() -> None:
    world = heard(TEAM)
    world.decide(posted(visited(questions=[question()]), BANNER))
    refused(NotAllowed, world, answered(), BANNER)
    refused(StatedByService, world, answered(issue="policy-question-1"), DRC)
    decide(world, answered(), DRC)
    assert "市人社局" in refused(AnsweredBefore, world, answered(), DRC).problem()["title"]
    refused(NotYet, world, answered(question="question-9"), DRC)


@pytest.mark.row(49, 59)
def test_the_end_of_the_visits_counts_visits_made_questions_and_those_left_open() -> None:
    later = {"starts_at": at(15), "ends_at": at(16)}
    never = (planned_visit(visit="visit-2", **OTHER_FIRM, **later), BANNER)
    world = heard(TEAM, PLANNED, never)
    told = question(question="question-2", topic="tax", answer="可以。")
    world.decide(posted(visited(questions=[question(), told]), BANNER))
    fact = decide(world, visits_concluded(), DRC)
    assert fact == visits_concluded(teams=1, visits=1, questions=2, left_open=1)
    world.decide(posted(visited(visit="visit-2", **OTHER_FIRM), BANNER))
    assert world.visit_log[BANNER_SESSION, "visit-2"].late
