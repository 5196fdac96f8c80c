"""The site survey's rules: venues filed, chosen on the day, the roster of who really came, findings (rows 42-45)."""

from datetime import date

import pytest
from pydantic import ValidationError

from services.forums.domain.survey_refusals import (
    AlreadyCandidate,
    AlreadyChosen,
    AlreadySurveyed,
    ChosenIsOnTheList,
    FindingTaken,
    NoSuchPhoto,
    NotChosen,
    NothingChosen,
    NotOnTheDay,
    NotOnTheStartList,
)
from services.forums.domain.surveying import Picked, Side, roster
from shared.campaign import NotAllowed, NotInCitySession, Registry, StatedByService, WrongDivision
from shared.events import IssueRaised, SurveyFindingRecorded, SurveyHeld, SurveySiteChosen, SurveySiteProposed
from shared.posted import Posted
from shared.problems import NotYet
from shared.vocabulary import IssueSource
from tests.builders import (
    BANNER,
    BANNER_DRC,
    BANNER_SESSION,
    CITY_SESSION,
    DRC,
    OFFICE,
    OTHER_BANNER,
    PLAN,
    at,
    issue_raised,
    posted,
    project_code,
)
from tests.deciding import Post, decide, given, refused
from tests.forums.gatherings import heard
from tests.forums.issuing import LAND
from tests.forums.surveying import (
    CHOSEN,
    CODE,
    FILED,
    OTHER,
    PRESENT,
    PROJECT,
    announced,
    chosen,
    dropped,
    filed,
    finding,
    proposed,
    survey_held,
)


def on_day(event: SurveySiteChosen, days: int, by: object = OFFICE) -> Posted:
    """Return a choice as it is posted some days after the session."""
    return posted(event, by)._replace(time=at(11, 41, days=days))  # type: ignore[arg-type]


@pytest.mark.row(42)
def test_a_banner_files_its_venue_and_files_it_again_when_something_changes() -> None:
    world = announced(FILED, (filed(lacking=["音响"], preparation="已搭建。"), BANNER))
    (site,) = world.survey.sites.values()
    assert (site.ready, site.preparation, len(site.projects)) == (False, "已搭建。", 2)
    for by, refusal in ((OTHER_BANNER, WrongDivision), (DRC, NotAllowed), (BANNER_DRC, NotAllowed)):
        refused(refusal, announced(), filed(), by)
    with pytest.raises(ValidationError, match="projects"):
        filed(projects=[])
    refused(ChosenIsOnTheList, announced(), filed(projects=[PROJECT, PROJECT]), BANNER)
    assert (
        "已选定"
        in refused(ChosenIsOnTheList, announced(FILED, CHOSEN), filed(projects=[OTHER]), BANNER).problem()["title"]
    )


@pytest.mark.row(2, 42)
@pytest.mark.parametrize("event", [filed(session=CITY_SESSION), survey_held(session=CITY_SESSION)])
def test_the_city_session_has_no_survey(event: object) -> None:
    refusal = refused(NotInCitySession, announced(), event, DRC)  # type: ignore[arg-type]
    assert (refusal.status, refusal.row) == (422, 2)
    assert "没有现场调研" in refusal.problem()["title"]


@pytest.mark.row(43)
def test_choosing_the_day_before_makes_a_candidate_only() -> None:
    world = announced(FILED)
    (fact,) = world.decide(on_day(chosen(chosen_at=at(15, days=-1)), -1))
    assert isinstance(fact, SurveySiteProposed)
    assert fact.proposed_at == at(15, days=-1)
    assert world.survey.choices[BANNER_SESSION, CODE].state == Picked.CANDIDATE
    assert world.survey.chosen(BANNER_SESSION) == []


@pytest.mark.row(43)
def test_a_choice_dated_on_the_day_but_posted_before_it_is_a_candidate_too() -> None:
    (fact,) = announced(FILED).decide(on_day(chosen(), -1))
    assert isinstance(fact, SurveySiteProposed)


@pytest.mark.row(43)
@pytest.mark.parametrize("before", [(), ((proposed(), BANNER),)])
def test_the_choice_on_the_day_is_recorded_with_its_time_and_who_made_it(before: tuple[Post, ...]) -> None:
    world = announced(FILED, *before)
    (fact,) = world.decide(on_day(chosen(), 0))
    assert isinstance(fact, SurveySiteChosen)
    assert fact.project is not None
    assert fact.project.owner_name == PROJECT["owner_name"]
    (choice,) = world.survey.chosen(BANNER_SESSION)
    assert (choice.chosen_at, choice.chosen_by) == (at(11, 40), "斯琴（虚构）（市人民政府副市长）")


@pytest.mark.row(43)
def test_a_choice_recorded_the_day_after_stands_with_its_own_time_and_a_later_one_is_none() -> None:
    (fact,) = announced(FILED).decide(on_day(chosen(), 1))
    assert isinstance(fact, SurveySiteChosen)
    refused(NotOnTheDay, announced(FILED), chosen(chosen_at=at(9, days=1)), OFFICE)


@pytest.mark.row(43)
def test_only_what_starts_there_is_chosen_once_and_can_be_dropped() -> None:
    refused(NotOnTheStartList, announced(FILED), chosen(project_code=project_code(9)), OFFICE)
    refused(AlreadyChosen, announced(FILED, CHOSEN), chosen(), OFFICE)
    refused(AlreadyChosen, announced(FILED, CHOSEN), proposed(), BANNER)
    refused(AlreadyCandidate, announced(FILED, (proposed(), BANNER)), proposed(), BANNER)
    world = announced(FILED, CHOSEN, (dropped(), DRC))
    assert world.survey.chosen(BANNER_SESSION) == []
    refused(NotChosen, world, dropped(), DRC)
    refused(NotChosen, world, finding(), BANNER)
    decide(world, chosen(chosen_at=at(12, 10)), OFFICE)
    refused(NotAllowed, announced(FILED), chosen(), LAND)
    refused(StatedByService, announced(FILED), chosen(project=PROJECT), OFFICE)


@pytest.mark.row(44)
def test_whoever_was_absent_from_the_forum_is_not_on_the_surveys_roster() -> None:
    world = announced(FILED, CHOSEN, *PRESENT)
    people = world.roster_of(BANNER_SESSION).values()
    going = roster(Registry(PLAN), people, world.survey.chosen(BANNER_SESSION))
    assert [(one.side, one.name) for one in going] == [
        (Side.CITY, "市直1（虚构）"),
        (Side.CITY, "代会人（虚构）"),
        (Side.BANNER, "旗区1（虚构）"),
        (Side.OWNER, "—"),
    ]
    assert "市直2（虚构）" not in {one.name for one in going}
    assert going[1].instead_of == "市直3（虚构）"
    assert going[-1].unit == PROJECT["owner_name"]


@pytest.mark.row(44, 59)
def test_the_end_of_a_survey_states_its_control_totals() -> None:
    world = announced(FILED, CHOSEN, *PRESENT, (finding(), BANNER))
    fact = decide(world, survey_held(), BANNER)
    assert isinstance(fact, SurveyHeld)
    assert fact.totals is not None
    assert fact.totals.model_dump() == {"projects": 1, "findings": 1, "city": 2, "banner": 1, "owners": 1}
    refused(AlreadySurveyed, world, survey_held(), BANNER)
    refused(AlreadySurveyed, world, chosen(project_code=OTHER["project_code"]), OFFICE)
    given(world, (finding(finding="finding-2"), DRC))
    assert world.survey.findings[BANNER_SESSION, "finding-2"].late


@pytest.mark.row(43, 59)
def test_a_survey_is_held_on_the_day_somewhere_after_the_forum() -> None:
    refused(NothingChosen, announced(FILED, *PRESENT), survey_held(), BANNER)
    refused(NotYet, announced(FILED, CHOSEN), survey_held(), BANNER)
    refused(NotOnTheDay, announced(FILED, CHOSEN, *PRESENT), survey_held(held_at=at(15, days=1)), BANNER)
    totals = {"projects": 1, "findings": 0, "city": 0, "banner": 0, "owners": 1}
    refused(StatedByService, announced(FILED, CHOSEN, *PRESENT), survey_held(totals=totals), BANNER)
    refused(NotAllowed, announced(FILED, CHOSEN, *PRESENT), survey_held(), DRC)


@pytest.mark.row(45)
def test_a_finding_becomes_an_issue_of_the_projects_owner_with_source_survey() -> None:
    world = announced(FILED, CHOSEN, (issue_raised(issue="survey-finding-1"), BANNER))
    found, raised = world.decide(posted(finding(), BANNER))
    assert isinstance(found, SurveyFindingRecorded)
    assert isinstance(raised, IssueRaised)
    assert raised.standing is not None
    assert (raised.source, raised.origin, raised.enterprise) == (IssueSource.SURVEY, "finding-1", PROJECT["owner_name"])
    # Somebody had used the id it would have had.
    assert raised.issue == found.issue != "survey-finding-1"
    assert (raised.standing.owner, raised.standing.due) == (BANNER.unit, date(2022, 3, 21))
    assert not raised.standing.late
    refused(FindingTaken, world, finding(text="另一发现。"), BANNER)
    refused(NoSuchPhoto, world, finding(finding="finding-2", photos=["5" * 64]), BANNER)


@pytest.mark.row(82)
@pytest.mark.parametrize(
    ("before", "post", "needs"),
    [
        ((), (chosen(), OFFICE), "chunfeng.survey.site-filed.v1 spring-2022-150602/sites/main-venue"),
        ((FILED,), (dropped(), DRC), f"chunfeng.survey.site-proposed.v1 spring-2022-150602/survey/{CODE}"),
        ((FILED,), (finding(), BANNER), f"chunfeng.survey.site-chosen.v1 spring-2022-150602/survey/{CODE}"),
    ],
)
def test_what_comes_before_what_it_builds_on_waits(before: tuple[Post, ...], post: Post, needs: str) -> None:
    assert refused(NotYet, announced(*before), *post).needs == needs


@pytest.mark.row(82)
def test_a_choice_waits_until_the_sessions_day_is_announced() -> None:
    needs = refused(NotYet, heard(FILED), chosen(), OFFICE).needs
    assert needs == "chunfeng.session.scheduled.v1 spring-2022-150602"
