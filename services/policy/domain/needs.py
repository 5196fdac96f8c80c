"""Enterprises' policy needs, collected beforehand, and the officials named for the teams (rows 46, 47)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from services.policy.domain.state import Need, Official
from shared.campaign import allow, allow_division, banner_session, is_city_drc, planned
from shared.events import (
    CampaignPlanned,
    Event,
    NeedCollected,
    NeedWithdrawn,
    OfficialNominated,
    PlannedSession,
    SessionEvent,
)
from shared.posted import Posted
from shared.problems import NotYet, Refused
from shared.vocabulary import Role

if TYPE_CHECKING:
    from services.policy.domain.world import PolicyWorld


class NeedTaken(Refused):
    """The session has a need of this id."""

    status = 409
    row = 46
    zh = "{session}的需求 {need} 已由{enterprise}填报；另一需求请用新的编号"
    en = "The need {need} of {session} was filed for {enterprise}; use a new id for another"


class NeedWithdrawnBefore(Refused):
    """The need was withdrawn before."""

    status = 409
    row = 46
    zh = "需求 {need} 已撤回：{reason}"
    en = "The need {need} was withdrawn: {reason}"


class UnknownUnit(Refused):
    """The campaign has no such unit."""

    row = 47
    zh = "行动中没有统一社会信用代码为 {unit} 的单位"
    en = "The campaign has no unit {unit}"


class NotOwnStaff(Refused):
    """A unit names people of its own only."""

    status = 403
    row = 75
    zh = "{unit}只能推荐本单位人员"
    en = "{unit} may name people of its own staff only"


def visited_session(world: "PolicyWorld", posted: Posted, event: SessionEvent) -> PlannedSession:
    """Return the plan of a session with visits for its banner, its park or the city DRC (rows 2, 75, 88)."""
    _, session = planned(world.registries, event)
    banner_session(session, "政策宣讲", "policy visits")
    if not is_city_drc(posted):
        allow(posted, Role.BANNER, Role.PARK, Role.LIAISON)
        allow_division(posted, session)
    return session


def collect(world: "PolicyWorld", posted: Posted, event: NeedCollected) -> Sequence[Event]:
    """Record what an enterprise wants to know (notice §二(四)4(1))."""
    session = visited_session(world, posted, event)
    if (first := world.needs.get((event.session, event.need))) is not None:
        raise NeedTaken(path="data.need", session=session.name, need=event.need, enterprise=first.enterprise)
    need = Need(
        session=event.session,
        need=event.need,
        enterprise=event.enterprise,
        enterprise_code=event.enterprise_code,
        topic=event.topic.value,
        question=event.question,
        unit=posted.caller.unit,
    )
    world.needs[event.session, event.need] = need
    world.put(need)
    return [event]


def withdraw(world: "PolicyWorld", posted: Posted, event: NeedWithdrawn) -> Sequence[Event]:
    """Take a need back."""
    visited_session(world, posted, event)
    need = world.needs.get((event.session, event.need))
    if need is None:
        raise NotYet(NeedCollected.type, event.subject)
    if need.withdrawn is not None:
        raise NeedWithdrawnBefore(path="data.need", need=event.need, reason=need.withdrawn)
    gone = replace(need, withdrawn=event.reason)
    world.needs[event.session, event.need] = gone
    world.put(gone)
    return [event]


def nominate(world: "PolicyWorld", posted: Posted, event: OfficialNominated) -> Sequence[Event]:
    """Keep whom a unit names for policy teams; the same id again replaces what was said."""
    registry = world.registries.get(event.campaign)
    if registry is None:
        raise NotYet(CampaignPlanned.type, event.campaign)
    if registry.unit(event.unit) is None:
        raise UnknownUnit(path="data.unit", unit=event.unit)
    if not is_city_drc(posted) and posted.caller.unit != event.unit:
        raise NotOwnStaff(path="data.unit", unit=posted.caller.unit_name)
    world.put(
        Official(
            campaign=event.campaign,
            unit=event.unit,
            official=event.official,
            name=event.name,
            standing=event.standing.value,
            post=event.post,
        )
    )
    return [event]
