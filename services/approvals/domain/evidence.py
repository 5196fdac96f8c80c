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
    ApplicationPrereviewed,
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
    ApplicationPrereviewed,
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
"""Events that may show a duty done."""
_BY_UNIT: Final = (ApplicationPrereviewed.type,)
"""Named among what fulfils a duty, these make each unit's own share of the docket count."""


class Shown(NamedTuple):
    """A fact that may show duties done."""

    event: Event
    event_id: str
    time: datetime


def campaign_of(event: Event) -> str | None:
    """Return the campaign a fact belongs to."""
    return event.campaign if isinstance(event, (SessionEvent, BrochurePublished)) else None


def _says_nothing(event: Event) -> bool:
    """Tell whether an event of the right type shows nothing done: a venue not ready, somebody without a seat."""
    if isinstance(event, VehiclesArranged):
        return event.unplaced is None or bool(event.unplaced)
    if isinstance(event, ConsultationSeatsStaffed):
        return event.empty is None or bool(event.empty)
    return isinstance(event, SurveySiteFiled) and bool(event.lacking)


def shown_done(
    registry: Registry, shown: Shown, known: Mapping[DutyKey, Fulfilment], reviewed: Mapping[str, bool]
) -> list[Fulfilment]:
    """Return the duties a fact shows done that are open; `reviewed` tells of units' own share of the docket.

    What was taken back stays open until another fact shows it.
    """
    event = shown.event
    if _says_nothing(event):
        return []
    session = event.session if isinstance(event, SessionEvent) else ""
    unit = event.department if isinstance(event, BrochurePublished) else None
    made = []
    for one in all_owed(registry):
        if event.type not in one.duty.fulfilled_by or one.session not in (session, ""):
            continue
        if unit not in (None, one.unit.code) or not _shares(registry, one, session):
            continue
        if set(one.duty.fulfilled_by) & set(_BY_UNIT) and not reviewed.get(one.unit.code, False):
            continue
        before = known.get(one.key)
        if is_done(known, one.key) or (before is not None and before.evidence == shown.event_id):
            continue
        made.append(Fulfilment(*one.key, shown.time, None, shown.event_id))
    return made


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
