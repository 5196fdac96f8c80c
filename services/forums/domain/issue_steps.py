"""What every step of an issue's way has in common: which issue, who may, and the fact with the issue's new standing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from services.forums.domain.issue import OPEN, Issue, standing_of
from services.forums.domain.issue_refusals import (
    BeforeThat,
    CityDispatches,
    LeadAssists,
    NotInThisState,
    NotTheLead,
    UnitUnknown,
)
from services.forums.domain.notices import told_of
from services.forums.domain.scope import by_banner, with_forum
from shared.campaign import NotAllowed, Registry, StatedByService, allow_division, is_city_drc, is_city_office
from shared.clock import shanghai_date
from shared.events import Event, IssueDispatched, IssueEvent, IssueLimits, IssueRaised, PlannedSession, Unit
from shared.problems import NotYet
from shared.vocabulary import IssueState, Level, Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from services.forums.domain.world import ForumsWorld
    from shared.posted import Posted

E = TypeVar("E", bound=IssueEvent)


class Step(NamedTuple):
    """An issue somebody wants to take a step with."""

    registry: Registry
    session: PlannedSession
    issue: Issue

    @property
    def limits(self) -> IssueLimits:
        """How long issues may take in this campaign."""
        return self.registry.plan.switches.issues

    def name_of(self, code: str | None) -> str:
        """Return a unit's name."""
        unit = self.registry.unit(code) if code else None
        return unit.name if unit else code or "—"


def step(world: ForumsWorld, event: IssueEvent) -> Step:
    """Return the issue a fact is about; one that has not been raised yet may still arrive."""
    registry, session = with_forum(world, event)
    if event.standing is not None:
        raise StatedByService(path="data.standing")
    issue = world.issues.get((event.session, event.issue))
    if issue is None:
        raise NotYet(IssueRaised.type, event.subject)
    return Step(registry, session, issue)


def record(world: ForumsWorld, registry: Registry, event: E, after: Issue) -> Sequence[Event]:
    """Keep what the issue has become, and state it with the fact."""
    keep(world, registry, event, after)
    return [event.model_copy(update={"standing": standing_of(after, registry)})]


def keep(world: ForumsWorld, registry: Registry, event: IssueEvent, after: Issue) -> None:
    """Keep what the issue has become, and whom the step concerns."""
    counted, notices = told_of(world.issues.get((after.session, after.issue)), after, event, registry)
    world.put_issue(counted)
    for one in notices:
        world.put_notice(one)


def must_be(at: Step, what: str, what_en: str, *states: IssueState) -> None:
    """Refuse a step that the issue's state does not allow."""
    if at.issue.state not in states:
        state = IssueState(at.issue.state)
        raise NotInThisState(path="data.issue", issue=at.issue.issue, state=state, what=what, what_en=what_en)


def must_be_in_hand(at: Step, event: IssueEvent, what: str, what_en: str) -> str:
    """Return the unit in the lead; the step waits for the first dispatch, which it may have overtaken."""
    if at.issue.state == IssueState.RAISED and not at.issue.reopened:
        raise NotYet(IssueDispatched.type, event.subject)
    must_be(at, what, what_en, IssueState.DISPATCHED)
    assert at.issue.lead is not None  # noqa: S101  (whatever is dispatched has a lead)
    return at.issue.lead


def must_be_open(at: Step, what: str, what_en: str) -> None:
    """Refuse a step with an issue that is closed out or withdrawn."""
    must_be(at, what, what_en, *OPEN)


def not_before(at: Step, moment: datetime, path: str) -> None:
    """Refuse a step dated before the one it follows; a day's span, for clocks and memories differ."""
    day, since = shanghai_date(moment), shanghai_date(at.issue.since)
    if day < since:
        raise BeforeThat(path=path, day=day, since=since)


def by_lead(posted: Posted, at: Step, lead: str) -> None:
    """Refuse everybody but the unit in the lead (row 88)."""
    if posted.caller.unit != lead:
        raise NotTheLead(path="data.issue", issue=at.issue.issue, lead=at.name_of(lead), unit=posted.caller.unit_name)


def by_dispatcher(posted: Posted, session: PlannedSession) -> None:
    """Refuse everybody who hands no issues out: the city DRC, the general office and the banner do."""
    if is_city_drc(posted) or is_city_office(posted):
        return
    by_banner(posted, session)


def by_dispatcher_to(posted: Posted, at: Step, lead: Unit | None, path: str) -> None:
    """Refuse a banner that decides about what a city unit has to do (row 35)."""
    by_dispatcher(posted, at.session)
    if posted.caller.role is Role.BANNER and (lead is None or lead.level is not Level.BANNER):
        name = lead.name if lead else "—"
        raise CityDispatches(path=path, lead=name, unit=posted.caller.unit_name)


def by_callers_back(posted: Posted, at: Step) -> None:
    """Refuse everybody but those who speak with the enterprise: the banner, its park, the city DRC."""
    if is_city_drc(posted):
        return
    if posted.caller.role not in (Role.BANNER, Role.PARK, Role.LIAISON):
        raise NotAllowed(
            unit=posted.caller.unit_name,
            role=posted.caller.role,
            who="旗区政府、园区、市发展和改革委员会",
            who_en="the banner, its park, the city DRC",
        )
    allow_division(posted, at.session)


def unit_here(at: Step, code: str, path: str) -> Unit:
    """Return a unit that may have to do with a session's issues: a city unit, or one of the banner (row 36)."""
    unit = at.registry.unit(code)
    if unit is None or (unit.level is Level.BANNER and unit.division != at.session.division):
        raise UnitUnknown(path=path, unit=unit.name if unit else code, session=at.session.name)
    return unit


def lead_and_assisting(at: Step, lead: str, assisting: Sequence[str]) -> tuple[Unit, list[str]]:
    """Return the unit in the lead and those assisting, all of them known and each named once."""
    unit, named = unit_here(at, lead, "data.lead"), {lead}
    for place, code in enumerate(assisting):
        path = f"data.assisting.{place}"
        other = unit_here(at, code, path)
        if code in named:
            raise LeadAssists(path=path, unit=other.name)
        named.add(code)
    return unit, list(assisting)


def on(moment: datetime) -> date:
    """Return the day of a moment in Ordos."""
    return shanghai_date(moment)
