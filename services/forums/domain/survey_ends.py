"""How a site survey ends: held and counted, put right afterwards, or called off with the reason (rows 44, 59, 64)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from services.forums.domain.scope import by_banner, by_banner_or_city_drc
from services.forums.domain.survey_refusals import (
    AsItWas,
    HeldAfterAll,
    NothingChosen,
    NotOnTheDay,
    NotOnTheStartList,
    WasCalledOff,
)
from services.forums.domain.surveying import Choice, Picked, Survey, roster, totals
from services.forums.domain.surveys import day_of, no_findings_of, not_over, with_survey
from shared.campaign import Registry, StatedByService
from shared.clock import shanghai_date
from shared.events import (
    Event,
    ForumHeld,
    PlannedSession,
    StartingProject,
    SurveyCalledOff,
    SurveyCorrected,
    SurveyHeld,
    SurveyReport,
    SurveySiteChosen,
    SurveySiteDropped,
)
from shared.problems import NotYet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.forums.domain.world import ForumsWorld
    from shared.posted import Posted


def _check_report(world: ForumsWorld, posted: Posted, event: SurveyReport, session: PlannedSession) -> None:
    by_banner(posted, session)
    if event.totals is not None:
        raise StatedByService(path="data.totals")
    if world.forums[event.session].held_at is None:
        raise NotYet(ForumHeld.type, event.session)
    the_day, day = day_of(world, event.session), shanghai_date(event.held_at)
    if day != the_day:
        raise NotOnTheDay(path="data.held_at", day=day, session=session.name, the_day=the_day)


def _counted(world: ForumsWorld, registry: Registry, event: SurveyReport) -> Survey:
    """Return a survey as it is told, counted as it stands now."""
    chosen = world.survey.chosen(event.session)
    going = roster(registry, world.roster_of(event.session).values(), chosen)
    return Survey(
        session=event.session,
        held_at=event.held_at,
        started_at=event.started_at,
        presented_by=[one.model_dump(mode="json") for one in event.presented_by],
        situation=event.situation,
        **totals(going, len(chosen), len(world.survey.findings_of(event.session))).model_dump(),
    )


def hold(world: ForumsWorld, posted: Posted, event: SurveyHeld) -> Sequence[Event]:
    """End a session's survey and state what its bulletin must show; one that was called off was held after all."""
    registry, session = with_survey(world, event)
    _check_report(world, posted, event, session)
    not_over(world, session)
    if not world.survey.chosen(event.session):
        raise NothingChosen(path="data.session", session=session.name)
    held = _counted(world, registry, event)
    world.put_survey(held)
    return [event.model_copy(update={"totals": held.totals})]


def correct(world: ForumsWorld, posted: Posted, event: SurveyCorrected) -> Sequence[Event]:
    """Replace what was told of a survey, visited projects included, and count anew; the history keeps the old."""
    registry, session = with_survey(world, event)
    _check_report(world, posted, event, session)
    before = world.survey.ended.get(event.session)
    if before is None:
        raise NotYet(SurveyHeld.type, event.session)
    if before.called_off is not None:
        raise WasCalledOff(path="data.session", session=session.name, reason=before.called_off)
    facts = _really_visited(world, event) if event.visited is not None else []
    counted = _counted(world, registry, event)
    after = replace(counted, corrections=before.corrections, correction=before.correction)
    if after == before and not facts:
        raise AsItWas(path="data.situation")
    world.put_survey(replace(after, corrections=before.corrections + 1, correction=event.reason))
    return [*facts, event.model_copy(update={"totals": after.totals})]


def _really_visited(world: ForumsWorld, event: SurveyCorrected) -> list[Event]:
    """Drop what was chosen and not visited, choose what was visited instead; return the facts of both."""
    visited, facts = dict.fromkeys(event.visited or ()), list[Event]()
    listed = [_listed(world, event.session, code, place) for place, code in enumerate(visited)]
    for choice in world.survey.chosen(event.session):
        if choice.project_code in visited:
            continue
        no_findings_of(world, choice, "data.visited")
        world.put_survey(replace(choice, state=Picked.DROPPED.value, dropped=event.reason))
        facts.append(
            SurveySiteDropped(
                session=event.session,
                site=choice.site,
                project_code=choice.project_code,
                reason=event.reason,
                dropped_at=event.corrected_at,
            )
        )
    at = event.started_at or event.held_at
    for site, project in listed:
        before = world.survey.choices.get((event.session, project.project_code))
        if before is not None and before.state == Picked.CHOSEN:
            continue
        world.put_survey(
            Choice(
                session=event.session,
                project_code=project.project_code,
                site=site,
                state=Picked.CHOSEN.value,
                project=project.model_dump(mode="json"),
                proposed_at=before.proposed_at if before else None,
                chosen_at=at,
            )
        )
        facts.append(
            SurveySiteChosen(
                session=event.session, site=site, project_code=project.project_code, chosen_at=at, project=project
            )
        )
    return facts


def _listed(world: ForumsWorld, session: str, code: str, place: int) -> tuple[str, StartingProject]:
    """Return a project and the venue that lists it."""
    sites = [one for one in world.survey.sites.values() if one.session == session]
    for site in sorted(sites, key=lambda one: one.site):
        if (project := site.project(code)) is not None:
            return site.site, project
    places = "、".join(one.place for one in sites) or "—"
    raise NotOnTheStartList(path=f"data.visited.{place}", project=code, place=places)


def call_off(world: ForumsWorld, posted: Posted, event: SurveyCalledOff) -> Sequence[Event]:
    """Record that a session's survey is not held, and why; one recorded as held by mistake, too."""
    _, session = with_survey(world, event)
    by_banner_or_city_drc(posted, session)
    before = world.survey.ended.get(event.session)
    if before is not None and before.called_off is not None:
        raise WasCalledOff(path="data.session", session=session.name, reason=before.called_off)
    if found := world.survey.findings_of(event.session):
        raise HeldAfterAll(path="data.session", session=session.name, count=len(found))
    by = f"{event.decided_by.name}（{event.decided_by.post}）" if event.decided_by else None
    called_off = Survey(event.session, called_off=event.reason, called_off_at=event.called_off_at, called_off_by=by)
    world.put_survey(called_off)
    return [event]
