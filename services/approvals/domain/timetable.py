"""When and where a session takes place: announced, moved, cancelled (row 6).

A session has no date until it is announced (notice §二: 具体时间另行通知). A banner's session is in its park,
康巴什区's at the district government's office, the city's in the service centre (row 4); the city session comes last
(row 5).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from services.approvals.domain import refusals
from services.approvals.domain.actions import (
    announced,
    check_days,
    moved,
    prefilled,
    read_actions,
    states_nothing,
    write_actions,
)
from services.approvals.domain.state import Session
from shared.campaign import Registry, allow_city_drc, planned
from shared.events import (
    Event,
    PlannedAction,
    PlannedSession,
    SessionCancelled,
    SessionRescheduled,
    SessionScheduled,
    Venue,
)
from shared.posted import Posted
from shared.problems import Refused
from shared.vocabulary import KANGBASHI, SessionKind

if TYPE_CHECKING:
    from services.approvals.domain.world import ApprovalsWorld

VENUES: Final = {
    "park": ("园区", "a park"),
    "government_office": ("区人民政府办公地点", "the district government's office"),
    "service_centre": ("市政务服务中心", "the city's service centre"),
}
"""Kinds of venue in words."""


class WrongVenue(Refused):
    """The notice says where this session is held."""

    row = 4
    zh = "{session}应在{expected}举行，不能定在{given}"
    en = "{session} is held in {expected_en}, not in {given_en}"


class AfterCitySession(Refused):
    """A banner session would come after the city session."""

    status = 409
    row = 5
    zh = "市直专场是整个活动的最后一场，已定于{city}；{session}不能安排在{at}"
    en = "The city session, on {city}, is the last of the campaign; {session} cannot begin at {at}"


class CityNotLast(Refused):
    """The city session would come before a banner session."""

    status = 409
    row = 5
    zh = "市直专场应在整个活动的最后一日，而{session}定于{banner}；市直专场不能安排在{at}"
    en = "The city session is the last of the campaign, and {session} is on {banner}; it cannot begin at {at}"


class AlreadyAnnounced(Refused):
    """The session has its date; another one is a move."""

    status = 409
    row = 6
    zh = "{session}已通知于{at}在{venue}举行；变更时间地点请提交改期并写明原因"
    en = "{session} was announced for {at} in {venue}; post a rescheduling with its reason to change it"


class NothingMoved(Refused):
    """The new time and place are the old ones."""

    row = 6
    zh = "{session}本来就定于{at}在{venue}举行，时间地点没有变化"
    en = "{session} is on {at} in {venue} already; nothing would change"


def legal_venue(session: PlannedSession) -> str:
    """Return the kind of venue the notice gives a session (row 4; notice §二(一)2, (五)2)."""
    if session.kind is SessionKind.CITY:
        return "service_centre"
    return "government_office" if session.division == KANGBASHI else "park"


def check_place(session: PlannedSession, venue: Venue) -> None:
    """Refuse a venue of another kind than the notice gives (row 4)."""
    expected = legal_venue(session)
    if venue.kind != expected:
        (zh, en), (given, given_en) = VENUES[expected], VENUES[venue.kind]
        if expected == "park":
            zh, en = "本旗区的园区", "a park of the banner"
        raise WrongVenue(
            path="data.venue.kind", session=session.name, expected=zh, expected_en=en, given=given, given_en=given_en
        )


def check_date(world: ApprovalsWorld, registry: Registry, session: PlannedSession, starts_at: datetime) -> None:
    """Refuse a date that would not leave the city session the last of the campaign (row 5; notice §二(五)1)."""
    for other in sorted(registry.plan.sessions, key=lambda one: one.position):
        state = world.sessions.get(other.session)
        if state is None or state.scheduled_at is None or other.kind is session.kind:
            continue
        if session.kind is SessionKind.BANNER and starts_at >= state.scheduled_at:
            city = state.scheduled_at
            raise AfterCitySession(path="data.starts_at", session=session.name, city=city, at=starts_at)
        if session.kind is SessionKind.CITY and state.scheduled_at >= starts_at:
            raise CityNotLast(path="data.starts_at", session=other.name, banner=state.scheduled_at, at=starts_at)


def not_begun(session: PlannedSession, state: Session) -> None:
    """Refuse to change a session that is under way or over (row 7)."""
    if state.closed_at is not None:
        raise refusals.AlreadyClosed(path="data.session", session=session.name, at=state.closed_at)
    if state.opened_at is not None:
        raise refusals.AlreadyOpened(path="data.session", session=session.name, at=state.opened_at)


def schedule(world: ApprovalsWorld, posted: Posted, event: SessionScheduled) -> Sequence[Event]:
    """Announce a session's date and venue, with its actions prefilled (rows 3 to 6)."""
    allow_city_drc(posted)
    registry, session = planned(world.registries, event)
    states_nothing(event, "actions")
    state = world.sessions[event.session]
    not_begun(session, state)
    if state.scheduled_at is not None:
        raise AlreadyAnnounced(path="data.session", session=session.name, at=state.scheduled_at, venue=state.venue)
    check_place(session, event.venue)
    check_date(world, registry, session, event.starts_at)
    actions = prefilled(registry.plan.actions.get(session.kind, ()), event.starts_at)
    check_days(actions, event.starts_at)
    _put(world, state, event, actions, reason=None)
    return [event.model_copy(update={"actions": actions})]


def reschedule(world: ApprovalsWorld, posted: Posted, event: SessionRescheduled) -> Sequence[Event]:
    """Move an announced session; its plan moves along, and whether it is ready has to be seen anew (row 6)."""
    allow_city_drc(posted)
    registry, session = planned(world.registries, event)
    states_nothing(event, "was_at", "was_in", "actions")
    state = world.sessions[event.session]
    not_begun(session, state)
    before = announced(session, state)
    was = Venue(kind=state.venue_kind or legal_venue(session), name=state.venue or session.name)
    if (event.starts_at, event.venue) == (before, was):
        raise NothingMoved(path="data.starts_at", session=session.name, at=before, venue=was.name)
    check_place(session, event.venue)
    check_date(world, registry, session, event.starts_at)
    actions = moved(read_actions(state.actions), event.starts_at - before, elsewhere=event.venue != was)
    check_days(actions, event.starts_at)
    _put(world, state, event, actions, reason=event.reason)
    return [event.model_copy(update={"was_at": before, "was_in": was, "actions": actions})]


def _put(
    world: ApprovalsWorld,
    state: Session,
    event: SessionScheduled | SessionRescheduled,
    actions: tuple[PlannedAction, ...],
    reason: str | None,
) -> None:
    world.put_session(
        state._replace(
            scheduled_at=event.starts_at,
            venue=event.venue.name,
            venue_kind=event.venue.kind,
            actions=write_actions(actions),
            cancelled_at=None,
            ready_at=None,
            moves=state.moves + 1,
        )
    )
    world.changes.untold[event.session] = reason


def cancel(world: ApprovalsWorld, posted: Posted, event: SessionCancelled) -> Sequence[Event]:
    """Cancel an announced session; announcing it anew takes this back (row 6)."""
    allow_city_drc(posted)
    _, session = planned(world.registries, event)
    states_nothing(event, "was_at")
    state = world.sessions[event.session]
    not_begun(session, state)
    before = announced(session, state)
    off = state._replace(scheduled_at=None, venue=None, venue_kind=None, actions=None, ready_at=None)
    world.put_session(off._replace(cancelled_at=event.cancelled_at, moves=state.moves + 1))
    world.changes.untold[event.session] = event.reason
    return [event.model_copy(update={"was_at": before})]
