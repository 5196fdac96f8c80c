"""How a survey ends: called off with the reason, held after all, put right by a new event that counts anew."""

import pytest

from services.forums.domain.survey_refusals import AsItWas, FoundThere, HeldAfterAll, NotOnTheStartList, WasCalledOff
from shared.campaign import NotAllowed, StatedByService, WrongDivision
from shared.events import SurveyCalledOff, SurveyCorrected, SurveySiteChosen, SurveySiteDropped
from shared.problems import NotYet
from tests.builders import BANNER, BANNER_DRC, BANNER_SESSION, DRC, OFFICE, OTHER_BANNER, at, posted, project_code
from tests.deciding import Post, decide, given, refused
from tests.forums.gatherings import attended
from tests.forums.surveying import (
    CHOSEN,
    CODE,
    FILED,
    OTHER,
    PRESENT,
    announced,
    called_off,
    corrected,
    finding,
    survey_held,
)

HELD: tuple[Post, ...] = (*PRESENT, FILED, CHOSEN, (survey_held(), BANNER))


@pytest.mark.row(44, 64)
def test_a_survey_is_called_off_with_its_reason_and_may_be_held_after_all() -> None:
    world = announced(*PRESENT, FILED, CHOSEN)
    assert isinstance(decide(world, called_off(), DRC), SurveyCalledOff)
    assert world.survey.ended[BANNER_SESSION].called_off == "沙尘天气"
    assert "沙尘天气" in refused(WasCalledOff, world, called_off(), BANNER).problem()["title"]
    refused(WasCalledOff, world, finding(), BANNER)
    refused(WasCalledOff, world, corrected(), BANNER)
    decide(world, survey_held(), BANNER)
    ended = world.survey.ended[BANNER_SESSION]
    assert (ended.called_off, ended.held_at, ended.city) == (None, at(15), 2)


@pytest.mark.row(45, 88)
def test_who_may_say_that_a_survey_was_not_held_and_never_once_something_was_found_on_it() -> None:
    for by, refusal in ((OTHER_BANNER, WrongDivision), (OFFICE, NotAllowed), (BANNER_DRC, NotAllowed)):
        refused(refusal, announced(), called_off(), by)
    assert refused(HeldAfterAll, announced(*HELD, (finding(), BANNER)), called_off(), BANNER).status == 409
    world = announced(*HELD)
    decide(world, called_off(), BANNER)
    assert world.survey.held_at(BANNER_SESSION) is None


@pytest.mark.row(44, 63)
def test_a_correction_replaces_what_was_told_and_counts_anew() -> None:
    world = announced(*HELD)
    given(world, (attended(("city-2", "present")), DRC), (finding(), BANNER))
    fact = decide(world, corrected(situation="当日集中开工4个项目。"), BANNER)
    assert isinstance(fact, SurveyCorrected)
    assert fact.totals is not None
    assert (fact.totals.city, fact.totals.findings, fact.totals.projects) == (3, 1, 1)
    ended = world.survey.ended[BANNER_SESSION]
    assert (ended.situation, ended.corrections, ended.correction) == ("当日集中开工4个项目。", 1, "登记有误")
    refused(AsItWas, world, corrected(situation="当日集中开工4个项目。"), BANNER)
    refused(StatedByService, world, corrected(totals=fact.totals.model_dump()), BANNER)
    refused(NotAllowed, world, corrected(situation="又一次"), DRC)
    refused(NotYet, announced(*PRESENT, FILED, CHOSEN), corrected(), BANNER)


@pytest.mark.row(43, 44)
def test_a_correction_names_the_projects_really_visited() -> None:
    world = announced(*HELD)
    other = OTHER["project_code"]
    *facts, told = world.decide(posted(corrected(visited=[other]), BANNER))
    assert [type(one) for one in facts] == [SurveySiteDropped, SurveySiteChosen]
    assert [one.project_code for one in world.survey.chosen(BANNER_SESSION)] == [other]
    assert isinstance(told, SurveyCorrected)
    assert told.totals is not None
    assert told.totals.projects == 1
    refused(NotOnTheStartList, world, corrected(visited=[project_code(7)]), BANNER)
    found = announced(*HELD, (finding(), BANNER))
    assert refused(FoundThere, found, corrected(visited=[other]), BANNER).row == 45
    (_, both) = announced(*HELD).decide(posted(corrected(visited=[CODE, other]), BANNER))
    assert isinstance(both, SurveyCorrected)
    assert both.totals is not None
    assert both.totals.projects == 2
