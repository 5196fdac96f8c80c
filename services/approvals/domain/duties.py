"""Duties are fulfilled and taken back, and a session is declared ready (row 8).

The unit says when it has done its part, or another fact shows it (`evidence`). Ready is
declared by the DRC (notice §四(一)) once nothing is undone that the session waits for; who owes the rest is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.approvals.domain.actions import announced, states_nothing
from services.approvals.domain.matrix import DutiesOpen, Owed, owed_to, undone, units_of
from services.approvals.domain.state import Fulfilment
from services.approvals.domain.timetable import not_begun
from shared.campaign import NotAllowed, UnknownSession, allow_city_drc, is_city_drc, planned
from shared.events import (
    CampaignPlanned,
    Duty,
    DutyEvent,
    DutyFulfilled,
    DutyReopened,
    Event,
    PlannedSession,
    SessionReady,
)
from shared.posted import Posted
from shared.problems import NotYet, Refused

if TYPE_CHECKING:
    from services.approvals.domain.world import ApprovalsWorld


class UnknownDuty(Refused):
    """The campaign has no such duty."""

    status = 404
    row = 9
    zh = "责任清单中没有 {duty}"
    en = "The list of duties has no {duty}"


class DutyNotHere(Refused):
    """The duty is owed for other sessions, or once for all of them."""

    row = 9
    zh = "责任事项“{title}”{how}"
    en = 'The duty "{title_en}" {how_en}'


class NotYourDuty(Refused):
    """Another unit owes it."""

    status = 403
    row = 9
    zh = "“{title}”由{owner}负责，{unit}不能登记"
    en = 'The duty "{title_en}" is owed by {owner}; {unit} may not record it'


class AlreadyFulfilled(Refused):
    """The duty is fulfilled."""

    status = 409
    row = 8
    zh = "{unit}的“{title}”已于{at}落实"
    en = '{unit} fulfilled "{title_en}" at {at} already'


class AlreadyOpen(Refused):
    """The duty is open."""

    status = 409
    row = 8
    zh = "{unit}的“{title}”本来就未落实"
    en = '{unit} has "{title_en}" open already'


class AlreadyReady(Refused):
    """The session was declared ready before."""

    status = 409
    row = 8
    zh = "{session}已于{at}就绪"
    en = "{session} was declared ready at {at}"


def _titles(duty: Duty) -> dict[str, str]:
    """Return what people call a duty, for the sentences of a refusal."""
    return {"title": duty.title, "title_en": duty.title_en}


def _whose(world: ApprovalsWorld, posted: Posted, event: DutyEvent) -> Owed:
    """Return the duty an event is about: of this campaign, for this session, owed by the unit it names."""
    registry = world.registries.get(event.campaign)
    if registry is None:
        raise NotYet(CampaignPlanned.type, event.campaign)
    duty = next((one for one in registry.plan.duties if one.duty == event.duty), None)
    if duty is None:
        raise UnknownDuty(path="data.duty", duty=event.duty)
    sessions = [one for one in registry.plan.sessions if event.session in (None, one.session)]
    if not sessions:
        raise UnknownSession(path="data.session", session=event.session)
    _check_session(duty, event, sessions)
    owing = {unit.code: unit for one in sessions if one.kind in duty.kinds for unit in units_of(registry, duty, one)}
    unit = owing.get(event.unit or posted.caller.unit)
    if unit is None:
        names = "、".join(one.name for one in owing.values())
        path = "data.unit" if event.unit else "data.duty"
        raise NotYourDuty(path=path, owner=names, unit=posted.caller.unit_name, **_titles(duty))
    return Owed(duty, unit, event.campaign, event.session or "")


def _check_session(duty: Duty, event: DutyEvent, sessions: Sequence[PlannedSession]) -> None:
    how = None
    if duty.once and event.session is not None:
        how = ("整个行动只落实一次，请勿填写场次", "is owed once; leave the session out")
    elif not duty.once and event.session is None:
        how = ("每场都要落实，请写明场次", "is owed to every session; name one")
    elif not any(one.kind in duty.kinds for one in sessions):
        how = (f"不属于{sessions[0].name}的责任", f"is not owed to {sessions[0].name}")
    if how is not None:
        raise DutyNotHere(path="data.session", how=how[0], how_en=how[1], **_titles(duty))


def fulfil(world: ApprovalsWorld, posted: Posted, event: DutyFulfilled) -> Sequence[Event]:
    """Record that a unit has done what it owes (row 8)."""
    owed = _whose(world, posted, event)
    states_nothing(event, "evidence")
    if owed.unit.code != posted.caller.unit:
        raise NotYourDuty(path="data.unit", owner=owed.unit.name, unit=posted.caller.unit_name, **_titles(owed.duty))
    known = world.duties.get(owed.key)
    if known is not None and known.fulfilled_at is not None:
        raise AlreadyFulfilled(path="data.duty", unit=owed.unit.name, at=known.fulfilled_at, **_titles(owed.duty))
    world.put_duty(Fulfilment(*owed.key, event.fulfilled_at, event.note))
    return [event.model_copy(update={"unit": owed.unit.code})]


def reopen(world: ApprovalsWorld, posted: Posted, event: DutyReopened) -> Sequence[Event]:
    """Take back that a duty is fulfilled: the unit itself, or the DRC that found it undone; readiness goes with it."""
    owed = _whose(world, posted, event)
    states_nothing(event, "evidence")
    if owed.unit.code != posted.caller.unit and not is_city_drc(posted):
        raise NotAllowed(
            unit=posted.caller.unit_name,
            role=posted.caller.role,
            who=f"{owed.unit.name}、市发展和改革委员会",
            who_en=f"{owed.unit.name}, the city DRC",
        )
    known = world.duties.get(owed.key)
    event = event.model_copy(update={"unit": owed.unit.code})
    if known is None:
        raise NotYet(DutyFulfilled.type, event.subject)
    if known.fulfilled_at is None:
        raise AlreadyOpen(path="data.duty", unit=owed.unit.name, **_titles(owed.duty))
    world.put_duty(known._replace(fulfilled_at=None, note=event.reason))
    if owed.duty.gate:
        _unready(world, owed)
    return [event]


def _unready(world: ApprovalsWorld, owed: Owed) -> None:
    registry = world.registries[owed.campaign]
    for session in registry.plan.sessions:
        state = world.sessions.get(session.session)
        if state is None or state.ready_at is None or state.opened_at is not None:
            continue
        if owed.key in {one.key for one in owed_to(registry, session)}:
            world.put_session(state._replace(ready_at=None))


def declare_ready(world: ApprovalsWorld, posted: Posted, event: SessionReady) -> Sequence[Event]:
    """Declare a session ready: refused as long as anybody owes what it waits for, with their names (row 8)."""
    allow_city_drc(posted)
    registry, session = planned(world.registries, event)
    states_nothing(event, "duties")
    state = world.sessions[event.session]
    not_begun(session, state)
    announced(session, state)
    if state.ready_at is not None:
        raise AlreadyReady(path="data.session", session=session.name, at=state.ready_at)
    owed = owed_to(registry, session)
    if missing := undone(owed, world.duties):
        raise DutiesOpen(session, missing)
    world.put_session(state._replace(ready_at=event.ready_at))
    return [event.model_copy(update={"duties": sum(one.duty.gate for one in owed)})]
