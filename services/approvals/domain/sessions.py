"""The campaign and its sessions: planned, opened, closed (rows 1, 7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.approvals.domain import refusals
from services.approvals.domain.actions import announced, check_template
from services.approvals.domain.matrix import check_duties
from services.approvals.domain.state import Session, totals
from shared.campaign import (
    PRACTICE,
    OnlyPractice,
    Registry,
    StatedByService,
    allow,
    allow_city_drc,
    allow_division,
    planned,
)
from shared.events import CampaignPlanned, Event, PlannedSession, SessionClosed, SessionOpened, SessionReady
from shared.posted import Posted
from shared.problems import NotYet, Refused
from shared.vocabulary import CITY_DIVISION, Role, SessionKind

if TYPE_CHECKING:
    from services.approvals.domain.world import ApprovalsWorld


class NoSuchModel(Refused):
    """The campaign to be cloned is not there."""

    row = 11
    zh = "没有可供参照的行动 {campaign}"
    en = "There is no campaign {campaign} to take over the roles of"


def plan(world: ApprovalsWorld, posted: Posted, event: CampaignPlanned) -> Sequence[Event]:
    """Plan a campaign: the DRC's call creates its ten sessions at once (row 1)."""
    allow_city_drc(posted)
    if event.campaign == PRACTICE and not posted.caller.test:
        raise OnlyPractice(path="data.campaign", session=event.campaign)
    if event.campaign in world.registries:
        raise refusals.AlreadyPlanned(path="data.campaign", campaign=event.campaign)
    if event.cloned_from is not None and event.cloned_from not in world.registries:
        raise NoSuchModel(path="data.cloned_from", campaign=event.cloned_from)
    _check_sessions(event)
    check_template(event.actions)
    check_duties(event)
    world.registries[event.campaign] = Registry(event)
    world.changes.plans.append(event)
    for one in event.sessions:
        world.put_session(Session(one.session))
    return [event]


def _check_sessions(event: CampaignPlanned) -> None:
    def refuse(zh: str, en: str) -> refusals.NotTenSessions:
        return refusals.NotTenSessions(path="data.sessions", reason=zh, reason_en=en)

    divisions = [one.division for one in event.sessions]
    if len(set(divisions)) != len(divisions):
        raise refuse("同一旗区只能有一场", "one session for each banner")
    for one in event.sessions:
        if one.session != f"{event.campaign}-{one.division}":
            raise refuse(f"{one.session} 应为 {event.campaign}-{one.division}", "a session is <campaign>-<division>")
        if (one.kind is SessionKind.CITY) != (one.division == CITY_DIVISION):
            raise refuse("市直专场的区划应为150600", "the city session, and only it, is of division 150600")
    last = max(event.sessions, key=lambda one: one.position)
    if last.kind is not SessionKind.CITY:
        raise refuse("市直专场应在最后", "the city session comes last")


def _declares(posted: Posted, session: PlannedSession) -> None:
    """Refuse whoever may not open or close: the banner's head, or the general office for a city leader (row 7)."""
    if session.kind is SessionKind.CITY:
        allow(posted, Role.OFFICE)
    else:
        allow(posted, Role.BANNER)
        allow_division(posted, session)


def open_session(world: ApprovalsWorld, posted: Posted, event: SessionOpened) -> Sequence[Event]:
    """Open a session: 旗区负责人, in the city session 市领导, declares it (notice §二(一)5(1), (五)5(1); row 7)."""
    registry, session = planned(world.registries, event)
    _declares(posted, session)
    state = world.sessions[event.session]
    if state.opened_at is not None:
        raise refusals.AlreadyOpened(path="data.session", session=session.name, at=state.opened_at)
    announced(session, state)
    if registry.plan.switches.readiness and state.ready_at is None:
        raise NotYet(SessionReady.type, event.session)
    world.put_session(state._replace(opened_at=event.opened_at, opened_by=event.declared_by.name))
    return [event]


def close(world: ApprovalsWorld, posted: Posted, event: SessionClosed) -> Sequence[Event]:
    """Close a session and state the control totals its bulletin must reach (rows 7, 59)."""
    _, session = planned(world.registries, event)
    _declares(posted, session)
    if event.totals is not None:
        raise StatedByService(path="data.totals")
    state = world.sessions[event.session]
    if state.closed_at is not None:
        raise refusals.AlreadyClosed(path="data.session", session=session.name, at=state.closed_at)
    if state.opened_at is None:
        raise NotYet(SessionOpened.type, event.session)
    if event.closed_at < state.opened_at:
        raise refusals.WrongOrder(path="data.closed_at", opened=state.opened_at)
    world.put_session(state._replace(closed_at=event.closed_at))
    return [event.model_copy(update={"totals": totals(world.of_session(event.session), world.left(event.session))})]
