"""The site survey (notice §二(三)): venues filed, candidates before, the choice on the day, findings."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from services.forums.domain.issues import begin
from services.forums.domain.questions import issue_id
from services.forums.domain.scope import by_anyone_on_site, by_banner, by_banner_or_city_drc
from services.forums.domain.survey_refusals import (
    AlreadyCandidate,
    AlreadyChosen,
    AlreadySurveyed,
    ChosenIsOnTheList,
    FindingTaken,
    FoundThere,
    NoSuchPhoto,
    NotChosen,
    NotOnTheDay,
    NotOnTheStartList,
    WasCalledOff,
)
from services.forums.domain.surveying import Choice, Finding, Picked, Site
from shared.campaign import Registry, StatedByService, banner_session, planned
from shared.clock import shanghai_date
from shared.events import (
    Event,
    IssueRaised,
    PlannedSession,
    SessionEvent,
    SessionScheduled,
    StartingProject,
    SurveyFindingRecorded,
    SurveyProjectEvent,
    SurveySiteChosen,
    SurveySiteDropped,
    SurveySiteFiled,
    SurveySiteProposed,
)
from shared.problems import NotYet
from shared.vocabulary import IssueSource

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from services.forums.domain.world import ForumsWorld
    from shared.posted import Posted


def with_survey(world: ForumsWorld, event: SessionEvent) -> tuple[Registry, PlannedSession]:
    """Return the plan of a session that has a survey: a banner's (row 2)."""
    registry, session = planned(world.registries, event)
    banner_session(session, "现场调研", "a site survey")
    return registry, session


def day_of(world: ForumsWorld, session: str) -> date:
    """Return the session's day; until it is announced nothing can be on it or before it."""
    scheduled = world.forums[session].scheduled_at
    if scheduled is None:
        raise NotYet(SessionScheduled.type, session)
    return shanghai_date(scheduled)


def not_over(world: ForumsWorld, session: PlannedSession) -> None:
    """Refuse what belongs before the end of a survey."""
    if (held := world.survey.held_at(session.session)) is not None:
        raise AlreadySurveyed(path="data.session", session=session.name, at=held)


def file_site(world: ForumsWorld, posted: Posted, event: SurveySiteFiled) -> Sequence[Event]:
    """File a banner's spring-start venue with what starts there; filed again it is replaced (row 42)."""
    _, session = with_survey(world, event)
    by_banner(posted, session)
    codes = [one.project_code for one in event.projects]
    for place, code in enumerate(codes):
        if code in codes[:place]:
            raise ChosenIsOnTheList(
                path=f"data.projects.{place}.project_code", project=code, what="重复", what_en="on it twice"
            )
    kept = [one for one in world.survey.chosen(event.session) if one.site == event.site]
    for one in kept:
        if one.project_code not in codes:
            name = one.project["name"]
            raise ChosenIsOnTheList(path="data.projects", project=name, what="已选定", what_en="chosen already")
    world.put_survey(
        Site(
            session=event.session,
            site=event.site,
            kind=event.kind.value,
            place=event.place,
            starts_on=event.starts_on,
            preparation=event.preparation,
            lacking=list(event.lacking),
            projects=[one.model_dump(mode="json") for one in event.projects],
        )
    )
    return [event]


def _listed(world: ForumsWorld, event: SurveyProjectEvent) -> StartingProject:
    """Return a project as its venue lists it."""
    site = world.survey.sites.get((event.session, event.site))
    if site is None:
        raise NotYet(SurveySiteFiled.type, f"{event.session}/sites/{event.site}")
    project = site.project(event.project_code)
    if project is None:
        raise NotOnTheStartList(path="data.project_code", project=event.project_code, place=site.place)
    return project


def _candidate(
    world: ForumsWorld, event: SurveyProjectEvent, project: StartingProject, at: datetime
) -> Sequence[Event]:
    before = world.survey.choices.get((event.session, event.project_code))
    if before is not None and before.state == Picked.CANDIDATE:
        raise AlreadyCandidate(path="data.project_code", project=project.name)
    if before is not None and before.state == Picked.CHOSEN and before.chosen_at is not None:
        raise AlreadyChosen(path="data.project_code", project=project.name, at=before.chosen_at)
    data = project.model_dump(mode="json")
    world.put_survey(
        Choice(event.session, event.project_code, event.site, Picked.CANDIDATE.value, data, proposed_at=at)
    )
    return [
        SurveySiteProposed(
            session=event.session, site=event.site, project_code=event.project_code, proposed_at=at, project=project
        )
    ]


def propose(world: ForumsWorld, posted: Posted, event: SurveySiteProposed) -> Sequence[Event]:
    """Propose a project for the survey: a candidate until it is chosen on the day (row 43)."""
    _, session = with_survey(world, event)
    by_anyone_on_site(posted, session)
    if event.project is not None:
        raise StatedByService(path="data.project")
    not_over(world, session)
    return _candidate(world, event, _listed(world, event), event.proposed_at)


def choose(world: ForumsWorld, posted: Posted, event: SurveySiteChosen) -> Sequence[Event]:
    """Choose a project on the day; said or posted before the day it is a candidate only (row 43)."""
    _, session = with_survey(world, event)
    by_anyone_on_site(posted, session)
    if event.project is not None:
        raise StatedByService(path="data.project")
    not_over(world, session)
    project, the_day = _listed(world, event), day_of(world, event.session)
    said = shanghai_date(event.chosen_at)
    if said > the_day:
        raise NotOnTheDay(path="data.chosen_at", day=said, session=session.name, the_day=the_day)
    if min(said, shanghai_date(posted.time)) < the_day:
        return _candidate(world, event, project, event.chosen_at)
    before = world.survey.choices.get((event.session, event.project_code))
    if before is not None and before.state == Picked.CHOSEN and before.chosen_at is not None:
        raise AlreadyChosen(path="data.project_code", project=project.name, at=before.chosen_at)
    by = f"{event.chosen_by.name}（{event.chosen_by.post}）" if event.chosen_by else None
    world.put_survey(
        Choice(
            session=event.session,
            project_code=event.project_code,
            site=event.site,
            state=Picked.CHOSEN.value,
            project=project.model_dump(mode="json"),
            proposed_at=before.proposed_at if before else None,
            chosen_at=event.chosen_at,
            chosen_by=by,
        )
    )
    return [event.model_copy(update={"project": project})]


def no_findings_of(world: ForumsWorld, choice: Choice, path: str) -> None:
    """Refuse to say that a project was not visited at which something was found (row 45)."""
    found = world.survey.findings_of(choice.session, choice.project_code)
    if found:
        raise FoundThere(path=path, project=choice.project["name"], count=len(found))


def drop(world: ForumsWorld, posted: Posted, event: SurveySiteDropped) -> Sequence[Event]:
    """Drop a candidate, or a project that was chosen: it is not visited after all."""
    _, session = with_survey(world, event)
    by_anyone_on_site(posted, session)
    not_over(world, session)
    before = world.survey.choices.get((event.session, event.project_code))
    if before is None:
        raise NotYet(SurveySiteProposed.type, event.subject)
    if before.state == Picked.DROPPED:
        raise NotChosen(path="data.project_code", project=before.project["name"], reason=before.dropped)
    no_findings_of(world, before, "data.project_code")
    world.put_survey(Choice(**asdict(before) | {"state": Picked.DROPPED.value, "dropped": event.reason}))
    return [event]


def record_finding(world: ForumsWorld, posted: Posted, event: SurveyFindingRecorded) -> Sequence[Event]:
    """Record what was found on a chosen project's site; it becomes an issue of the session (row 45)."""
    registry, session = with_survey(world, event)
    by_banner_or_city_drc(posted, session)
    if event.issue is not None:
        raise StatedByService(path="data.issue")
    if (ended := world.survey.ended.get(event.session)) is not None and ended.called_off is not None:
        raise WasCalledOff(path="data.session", session=session.name, reason=ended.called_off)
    choice = world.survey.choices.get((event.session, event.project_code))
    if choice is None or choice.state == Picked.CANDIDATE:
        raise NotYet(SurveySiteChosen.type, f"{event.session}/survey/{event.project_code}")
    if choice.state == Picked.DROPPED:
        raise NotChosen(path="data.project_code", project=choice.project["name"], reason=choice.dropped)
    if (first := world.survey.findings.get((event.session, event.finding))) is not None:
        raise FindingTaken(path="data.finding", finding=event.finding, text=first.text[:40])
    for place, photo in enumerate(event.photos):
        if (event.session, photo) not in world.survey.photos:
            raise NoSuchPhoto(path=f"data.photos.{place}", photo=photo[:12])
    taken = [issue for name, issue in world.issues if name == event.session]
    raised = IssueRaised(
        session=event.session,
        issue=issue_id("survey", event.finding, taken),
        enterprise=choice.project["owner_name"],
        enterprise_code=choice.project["owner_code"],
        topic=event.topic,
        text=event.text,
        raised_at=event.found_at,
        source=IssueSource.SURVEY,
        origin=event.finding,
    )
    world.put_survey(
        Finding(
            **event.model_dump(exclude={"photos", "issue"}),
            photos=list(event.photos),
            issue=raised.issue,
            late=world.survey.held_at(event.session) is not None,
        )
    )
    return [event.model_copy(update={"issue": raised.issue}), begin(world, registry, raised)]
