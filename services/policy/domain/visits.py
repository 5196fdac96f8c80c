"""Visits as planned and as made, and the day's end with its counts (rows 49, 59)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from services.policy.domain import questions
from services.policy.domain.codes import read_code
from services.policy.domain.needs import visited_session
from services.policy.domain.state import Team, Visit
from shared.campaign import StatedByService, allow_city_drc, banner_session, planned
from shared.clock import SHANGHAI
from shared.events import (
    EnterpriseVisited,
    Event,
    TeamAssigned,
    VisitCancelled,
    VisitCorrected,
    VisitEvent,
    VisitPlanned,
    VisitRecord,
    VisitsConcluded,
)
from shared.posted import Posted
from shared.problems import NotYet, Refused

if TYPE_CHECKING:
    from services.policy.domain.world import PolicyWorld


class OutsideTheTeamsDay(Refused):
    """A visit lies outside the time its team is on its way."""

    row = 48
    zh = "入企时间{times}不在小分队出行时间{window}之内"
    en = "The visit ({times}) lies outside the team's window ({window})"


class VisitClashes(Refused):
    """The team, or the enterprise, has another visit at that time."""

    status = 409
    row = 48
    zh = "与已安排的入企冲突：{other}（{enterprise}，小分队 {team}，{times}）"
    en = "This clashes with visit {other} ({enterprise}, team {team}, {times})"


class VisitedBefore(Refused):
    """The visit was made and logged before."""

    status = 409
    row = 49
    zh = "{enterprise}的入企记录 {visit} 已登记；如有差错请更正，另一次入企请用新的编号"
    en = "The visit {visit} to {enterprise} was logged before; correct it, or use a new id for another"


class CancelledBefore(Refused):
    """The planned visit was called off before."""

    status = 409
    row = 49
    zh = "{enterprise}的入企安排 {visit} 已取消：{reason}"
    en = "The visit {visit} to {enterprise} was called off: {reason}"


class NoSuchCode(Refused):
    """No brochure can have this code."""

    row = 53
    zh = "宣传册编码 {code} 不正确，请核对封面"
    en = "{code} is no brochure's code; compare it with the cover"


class AlreadyConcluded(Refused):
    """The session's visits were concluded before."""

    status = 409
    row = 7
    zh = "{session}的政策宣讲已于{at}结束"
    en = "The visits of {session} were concluded at {at}"


def _times(visit: Visit | Team | VisitPlanned) -> str:
    start, end = visit.window or (None, None) if isinstance(visit, Visit) else (visit.starts_at, visit.ends_at)
    return f"{start.astimezone(SHANGHAI):%H:%M}—{end.astimezone(SHANGHAI):%H:%M}" if start and end else "—"


def _team(world: "PolicyWorld", event: VisitEvent) -> Team:
    team = world.teams.get((event.session, event.team))
    if team is None:
        raise NotYet(TeamAssigned.type, f"{event.session}/{event.team}")
    return team


def _not_visited(visit: Visit | None) -> None:
    if visit is not None and visit.started_at is not None:
        raise VisitedBefore(path="data.visit", visit=visit.visit, enterprise=visit.enterprise)


def plan_visit(world: "PolicyWorld", posted: Posted, event: VisitPlanned) -> Sequence[Event]:
    """Plan a visit, or move it: within its team's window, beside no other of its team or its enterprise."""
    visited_session(world, posted, event)
    team = _team(world, event)
    _not_visited(world.visit_log.get((event.session, event.visit)))
    outside = team.starts_at is not None and event.starts_at < team.starts_at
    if outside or (team.ends_at is not None and event.ends_at > team.ends_at):
        raise OutsideTheTeamsDay(path="data.starts_at", times=_times(event), window=_times(team))
    for other in world.visit_log.values():
        window = other.window
        same = other.team == event.team or other.enterprise_code == event.enterprise_code
        if other.visit == event.visit or other.session != event.session or window is None or not same:
            continue
        if window[0] < event.ends_at and event.starts_at < window[1]:
            raise VisitClashes(
                path="data.starts_at",
                other=other.visit,
                enterprise=other.enterprise,
                team=other.team,
                times=_times(other),
            )
    world.put_visit(
        Visit(
            session=event.session,
            visit=event.visit,
            team=event.team,
            enterprise=event.enterprise,
            enterprise_code=event.enterprise_code,
            topics=[topic.value for topic in event.topics],
            planned_from=event.starts_at,
            planned_until=event.ends_at,
            place=event.place,
        )
    )
    return [event]


def visit(world: "PolicyWorld", posted: Posted, event: EnterpriseVisited) -> Sequence[Event]:
    """Log a visit, planned or not; each question without an answer is left open and becomes an issue."""
    visited_session(world, posted, event)
    _team(world, event)
    before = world.visit_log.get((event.session, event.visit))
    _not_visited(before)
    _check_codes(event)
    late = world.visits[event.session].concluded_at is not None
    opened = questions.ask(world, event, late=late)
    world.put_visit(_made(before, event, late=late))
    return [event, *opened]


def _check_codes(event: VisitRecord) -> None:
    for place, code in enumerate(event.brochures):
        if read_code(code) != code:
            raise NoSuchCode(path=f"data.brochures.{place}", code=code)


def correct(world: "PolicyWorld", posted: Posted, event: VisitCorrected) -> Sequence[Event]:
    """Replace what was logged of a visit; its questions, and whether it was counted, stay."""
    visited_session(world, posted, event)
    _team(world, event)
    before = world.visit_log.get((event.session, event.visit))
    if before is None or before.started_at is None:
        raise NotYet(EnterpriseVisited.type, event.subject)
    _check_codes(event)
    world.put_visit(replace(_made(before, event, late=before.late), corrected=event.reason))
    return [event]


def cancel(world: "PolicyWorld", posted: Posted, event: VisitCancelled) -> Sequence[Event]:
    """Call a planned visit off; its time is free again."""
    visited_session(world, posted, event)
    before = world.visit_log.get((event.session, event.visit))
    if before is None:
        raise NotYet(VisitPlanned.type, event.subject)
    _not_visited(before)
    if before.cancelled is not None:
        raise CancelledBefore(
            path="data.visit", visit=before.visit, enterprise=before.enterprise, reason=before.cancelled
        )
    world.put_visit(replace(before, cancelled=event.reason))
    return [event]


def _made(before: Visit | None, event: VisitRecord, *, late: bool) -> Visit:
    return Visit(
        session=event.session,
        visit=event.visit,
        team=event.team,
        enterprise=event.enterprise,
        enterprise_code=event.enterprise_code,
        topics=[topic.value for topic in event.topics],
        planned_from=before.planned_from if before else None,
        planned_until=before.planned_until if before else None,
        place=before.place if before else None,
        started_at=event.started_at,
        ended_at=event.ended_at,
        brochures=list(event.brochures),
        received_by=event.received_by,
        feedback=event.feedback.value if event.feedback else None,
        note=event.note,
        late=late,
    )


def conclude(world: "PolicyWorld", posted: Posted, event: VisitsConcluded) -> Sequence[Event]:
    """End a session's visits and state what its bulletin must show (rows 59, 64)."""
    _, session = planned(world.registries, event)
    banner_session(session, "政策宣讲", "policy visits")
    allow_city_drc(posted)
    for name in ("teams", "visits", "questions", "left_open"):
        if getattr(event, name) is not None:
            raise StatedByService(path=f"data.{name}")
    day = world.visits[event.session]
    if day.concluded_at is not None:
        raise AlreadyConcluded(path="data.session", session=session.name, at=day.concluded_at)
    asked = [one for one in world.questions.values() if one.session == event.session]
    made = [one for one in world.visit_log.values() if one.session == event.session and one.started_at is not None]
    ended = replace(
        day,
        concluded_at=event.concluded_at,
        teams=sum(team.session == event.session for team in world.teams.values()),
        visits=len(made),
        questions=len(asked),
        left_open=sum(one.left_open for one in asked),
    )
    world.put_day(ended)
    counts = {name: getattr(ended, name) for name in ("teams", "visits", "questions", "left_open")}
    return [event.model_copy(update=counts)]
