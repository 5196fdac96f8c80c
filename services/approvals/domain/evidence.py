"""Facts that show a duty done by themselves: a locked docket, a published brochure, seats that are set (row 8).

Which duty a type of event fulfils is the campaign's data; whose duty it is follows from the event.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from services.approvals.domain.matrix import Owed, all_owed, is_done
from services.approvals.domain.owners import unit_at
from services.approvals.domain.state import Application, DutyKey, Fulfilment, Session
from shared.campaign import Registry
from shared.events import (
    ApplicationPostponed,
    ApplicationPrereviewed,
    ApplicationReturned,
    ApplicationWithdrawn,
    BrochurePublished,
    BulletinIssued,
    ConsultationSeatsStaffed,
    DepartmentsInvited,
    DocketLocked,
    Event,
    SeatsArranged,
    SessionEvent,
    SurveySiteFiled,
    TeamAssigned,
    VehiclesArranged,
)
from shared.vocabulary import CITY_DIVISION, Level

SHOWING: Final[tuple[type[Event], ...]] = (
    ApplicationPostponed,
    ApplicationPrereviewed,
    ApplicationReturned,
    ApplicationWithdrawn,
    BrochurePublished,
    BulletinIssued,
    ConsultationSeatsStaffed,
    DepartmentsInvited,
    DocketLocked,
    SeatsArranged,
    SurveySiteFiled,
    TeamAssigned,
    VehiclesArranged,
)
"""Events that may show a duty done, or done no longer."""
WORSENING: Final = (ConsultationSeatsStaffed, SurveySiteFiled, VehiclesArranged)
"""What is told again when it has changed, and may be worse than before; the newest word of each of them counts."""
_REVIEWED_ANEW: Final = (ApplicationPostponed, ApplicationPrereviewed, ApplicationReturned, ApplicationWithdrawn)
"""After these a unit's share of the docket may be all reviewed, or no longer."""
ON_THE_DOCKET: Final = (*_REVIEWED_ANEW, DocketLocked)
_BY_UNIT: Final = (ApplicationPrereviewed.type,)
"""Named among what fulfils a duty, these make each unit's own share of the docket count."""


class Shown(NamedTuple):
    """A fact that may show duties done, or done no longer."""

    event: Event
    event_id: str
    time: datetime
    version: int = 0


def campaign_of(event: Event) -> str | None:
    """Return the campaign a fact belongs to."""
    return event.campaign if isinstance(event, (SessionEvent, BrochurePublished)) else None


def lacking(event: Event) -> str | None:
    """Say what an event of the right type shows lacking: a venue not ready, somebody without a seat."""
    if isinstance(event, VehiclesArranged):
        if event.unplaced is None:
            return "乘车人员未核对"
        return f"尚未安排座位：{'、'.join(event.unplaced)}"[:_LINE] if event.unplaced else None
    if isinstance(event, ConsultationSeatsStaffed):
        if event.empty is None:
            return "值守时段未核对"
        return f"无人值守：{'、'.join(one.zh for one in event.empty)}" if event.empty else None
    if isinstance(event, SurveySiteFiled) and event.lacking:
        return f"{event.place}尚缺：{'、'.join(event.lacking)}"[:_LINE]
    return None


_LINE: Final = 200


def shown_done(
    registry: Registry,
    shown: Shown,
    known: Mapping[DutyKey, Fulfilment],
    reviewed: Mapping[str, bool],
    *,
    wrong: str | None = None,
) -> list[Fulfilment]:
    """Return how duties stand otherwise after a fact: done that were open, open again that a fact had shown done.

    `reviewed` tells of units' own share of the docket, `wrong` what is lacking by the newest facts of this kind. What
    was taken back stays open until another fact shows it; what a unit has said itself no fact takes back.
    """
    wrong = wrong or lacking(shown.event)
    changed = []
    for one in _touched(registry, shown.event):
        before = known.get(one.key)
        why = wrong
        if set(one.duty.fulfilled_by) & set(_BY_UNIT) and not reviewed.get(one.unit.code, False):
            why = "仍有事项材料未通过预审"
        if why is None:
            if not is_done(known, one.key) and (before is None or before.evidence != shown.event_id):
                changed.append(Fulfilment(*one.key, shown.time, None, shown.event_id))
        elif before is not None and before.fulfilled_at is not None and before.evidence is not None:
            changed.append(Fulfilment(*one.key, None, why, shown.event_id))
    return changed


def _touched(registry: Registry, event: Event) -> list[Owed]:
    """Return the duties a fact bears on."""
    session = event.session if isinstance(event, SessionEvent) else ""
    unit = event.department if isinstance(event, BrochurePublished) else None
    types = {event.type, ApplicationPrereviewed.type} if isinstance(event, _REVIEWED_ANEW) else {event.type}
    return [
        one
        for one in all_owed(registry)
        if types & set(one.duty.fulfilled_by)
        and one.session in (session, "")
        and unit in (None, one.unit.code)
        and _shares(registry, one, session)
    ]


def _shares(registry: Registry, owed: Owed, session: str) -> bool:
    """Tell whether a banner's duty is owed to the session of the fact."""
    planned = registry.session(session)
    return owed.unit.level is Level.CITY or planned is None or owed.unit.division == planned.division


def reviewed_shares(
    registry: Registry, state: Session, applications: Iterable[Application], passed: set[str]
) -> dict[str, bool]:
    """Tell of each city unit whether all it has on a locked docket has passed its pre-review; having nothing, it has.

    Before the docket is locked more may come, so nobody is done.
    """
    locked = state.docket_locked_at is not None
    share = {unit.code: locked for unit in registry.plan.units if unit.level is Level.CITY}
    for one in applications:
        if one.level is Level.CITY and one.standing and one.subject not in passed:
            unit = unit_at(registry, CITY_DIVISION, state, one.level, one.formality)
            if unit is not None:
                share[unit.code] = False
    return share
