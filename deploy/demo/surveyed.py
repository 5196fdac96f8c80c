"""What is posted of a banner's site survey: its spring-start venue, a candidate, the choice, a finding, the end."""

from typing import Final

from deploy.demo.docket import docket
from deploy.demo.people import person
from deploy.demo.posts import Post
from deploy.demo.timetable import at, session_day
from deploy.demo.units import PARKS, unit_of
from shared.events import (
    Official,
    PlannedSession,
    StartingProject,
    SurveyFindingRecorded,
    SurveyHeld,
    SurveySiteChosen,
    SurveySiteFiled,
    SurveySiteProposed,
)
from shared.vocabulary import BANNERS, CITY_DIVISION, StartVenue

_STARTING: Final = 3
"""Projects that start together in each banner."""
_MAIN, _LACKING, _EARLY = 1, 4, 2
"""Positions of the sessions: of the main venue, of a venue first filed unready, of a choice made the day before."""
_START_SHIFT: Final = 14


def _projects(session: PlannedSession) -> list[StartingProject]:
    found = list({item.code: item.project for item in docket(session.division)}.items())[:_STARTING]
    return [
        StartingProject(
            project_code=code,
            name=project.name,
            owner_code=project.owner_code,
            owner_name=project.owner_name,
            investment=f"总投资{3 + 2 * place + session.position}亿元（示例）",
        )
        for place, (code, project) in enumerate(found)
    ]


def _filed(session: PlannedSession, projects: list[StartingProject], lacking: tuple[str, ...]) -> SurveySiteFiled:
    place = PARKS.get(session.division, BANNERS[session.division])
    return SurveySiteFiled(
        session=session.session,
        site="venue-1",
        kind=StartVenue.MAIN if session.position == _MAIN else StartVenue.SUB,
        place=f"{place}示例地块",
        starts_on=session_day(_START_SHIFT),
        preparation="场地平整完成，临时用水用电到位，施工机械进场。（示例）",
        lacking=lacking,
        projects=tuple(projects),
    )


def survey_posts(session: PlannedSession) -> list[Post]:
    """Return a session's survey, from the filing two days before to its end in the afternoon."""
    banner, drc = unit_of("government", session.division), unit_of("drc", CITY_DIVISION)
    eve, day, before = (session_day(session.position, shift=shift) for shift in (-1, 0, -2))
    projects = _projects(session)
    first, leader = (
        projects[0],
        Official(name=person("city leader", str(session.position % 3)), post="市人民政府副市长"),
    )
    picked = {"session": session.session, "site": "venue-1", "project_code": first.project_code}
    posts = [Post(banner, _filed(session, projects, ()), at(before, "16:30", seconds=session.position))]
    if session.position == _LACKING:
        posts.append(Post(banner, _filed(session, projects, ("音响设备",)), at(before, "15:30")))
    # Chosen the day before, a project is a candidate only.
    early = SurveySiteChosen(**picked, chosen_at=at(eve, "17:10"), chosen_by=leader)
    proposed = SurveySiteProposed(**picked, proposed_at=at(eve, "17:10"))
    return [
        *posts,
        Post(drc, early if session.position == _EARLY else proposed, at(eve, "17:11")),
        Post(drc, SurveySiteChosen(**picked, chosen_at=at(day, "12:30"), chosen_by=leader), at(day, "12:31")),
        Post(banner, _finding(session, first), at(day, "14:10")),
        Post(banner, _held(session, first, len(projects)), at(day, "15:02")),
    ]


def _finding(session: PlannedSession, project: StartingProject) -> SurveyFindingRecorded:
    return SurveyFindingRecorded(
        session=session.session,
        finding="finding-1",
        project_code=project.project_code,
        topic="要素保障",
        text="施工高峰期临时用电容量不足，请供电部门提前增容。（示例）",
        found_at=at(session_day(session.position), "14:05"),
    )


def _held(session: PlannedSession, project: StartingProject, starting: int) -> SurveyHeld:
    day = session_day(session.position)
    presenter = Official(name=person("head", project.owner_code), post=f"{project.owner_name}负责人")
    return SurveyHeld(
        session=session.session,
        started_at=at(day, "13:30"),
        held_at=at(day, "15:00"),
        presented_by=(presenter,),
        situation=f"{BANNERS[session.division]}春季集中开工项目{starting}个，均已具备开工条件。（示例）",
    )
