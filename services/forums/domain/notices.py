"""Whom a step of an issue concerns: a unit is told when an issue comes to it, leaves it, or waits for it (row 35)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from services.forums.domain.issue import host_of, midnight_after
from shared.events import (
    IssueClosedOut,
    IssueDispatched,
    IssueEscalated,
    IssueEvent,
    IssueExtended,
    IssueExtensionRefused,
    IssueObjectionDismissed,
    IssueRaised,
    IssueReassigned,
    IssueWithdrawn,
)
from shared.vocabulary import CITY_DIVISION, IssueSource, IssueState, Level, Word

if TYPE_CHECKING:
    from datetime import date

    from services.forums.domain.issue import Issue
    from shared.campaign import Registry


class Cause(Word):
    """Why a unit is told."""

    LEAD = "lead", "由本单位主办", "we are in the lead"
    ASSIST = "assist", "由本单位协办", "we assist"
    FORMER = "former", "不再由本单位办理", "no longer ours"
    OVERDUE = "overdue", "逾期未办，已转督办", "overdue, under supervision"
    SUPERVISE = "supervise", "逾期，请督办", "overdue, to be supervised"
    DECIDE = "decide", "请本单位决定", "to be decided by us"
    DECIDED = "decided", "已有决定", "decided"
    NEXT = "next", "待本单位办理", "we owe the next step"
    ENDED = "ended", "已了结", "it has ended"


@dataclass(frozen=True, slots=True)
class Notice:
    """A unit was told of a step of an issue."""

    session: str
    issue: str
    number: int
    """The issue's steps that somebody was told of, counted."""
    unit: str
    kind: str
    """The wire type of the step's fact."""
    cause: str
    told_at: datetime
    due: date | None = None
    seen_at: datetime | None = None
    """When the unit acknowledged it (签收)."""
    seen_by: str | None = None


_AFTER_ASKING: Final = (IssueObjectionDismissed, IssueExtended, IssueExtensionRefused)
_ENDS: Final = (IssueClosedOut, IssueWithdrawn)
_GIVES: Final = (IssueDispatched, IssueReassigned)


def told_of(before: Issue | None, after: Issue, event: IssueEvent, registry: Registry) -> tuple[Issue, list[Notice]]:
    """Return the notices of a step, and the issue that counts them."""
    causes = concerned(before, after, event, registry)
    if not causes:
        return after, []
    counted = after.with_(notices=after.notices + 1)
    at = _moment_of(event)
    told = [
        Notice(after.session, after.issue, counted.notices, unit, event.type, cause.value, at, after.due)
        for unit, cause in causes.items()
    ]
    return counted, told


def concerned(before: Issue | None, after: Issue, event: IssueEvent, registry: Registry) -> dict[str, Cause]:
    """Return the units a step concerns, each with the first reason that applies to it."""
    causes = dict[str, Cause]()

    def tell(cause: Cause, *units: str | None) -> None:
        for unit in filter(None, units):
            causes.setdefault(unit, cause)

    if isinstance(event, IssueEscalated):
        tell(Cause.OVERDUE, after.owner, *after.assisting)
        tell(Cause.SUPERVISE, *_organisers(registry))
    elif isinstance(event, _ENDS):
        tell(Cause.ENDED, after.lead, *after.assisting)
    elif isinstance(event, _AFTER_ASKING):
        tell(Cause.DECIDED, after.lead)
    elif _comes_to_a_unit(before, after, event):
        tell(Cause.LEAD, after.lead)
        tell(Cause.ASSIST, *after.assisting)
        if before is not None:
            tell(Cause.FORMER, before.lead, *before.assisting)
    elif _waits_for_a_decision(before, after):
        tell(Cause.DECIDE, *_deciders(after, registry))
    elif _comes_to_the_host(before, after, event):
        tell(Cause.NEXT, after.owner)
    return causes


def _comes_to_a_unit(before: Issue | None, after: Issue, event: IssueEvent) -> bool:
    """Tell whether somebody has an issue in hand now that had not: dispatched, handed on, or open again."""
    if after.state != IssueState.DISPATCHED:
        return False
    return isinstance(event, _GIVES) or before is None or before.state != IssueState.DISPATCHED


def _waits_for_a_decision(before: Issue | None, after: Issue) -> bool:
    asked = (after.objects_for, after.asked_until)
    return any(asked) and (before is None or asked != (before.objects_for, before.asked_until))


def _comes_to_the_host(before: Issue | None, after: Issue, event: IssueEvent) -> bool:
    """Tell whether the host has something to do that it has not recorded itself: a finding, a result, a reopening."""
    if isinstance(event, IssueRaised):
        return event.source is not IssueSource.FORUM
    return before is not None and after.owner is not None and before.owner != after.owner


def _deciders(issue: Issue, registry: Registry) -> list[str]:
    lead = registry.unit(issue.lead or "")
    if lead is not None and lead.level is Level.BANNER:
        return [host_of(registry, issue.session).code]
    return _organisers(registry)


def _organisers(registry: Registry) -> list[str]:
    """Name the units that hand city units their issues: the DRC and the general office."""
    found = (registry.bureau(Level.CITY, CITY_DIVISION, bureau) for bureau in ("drc", "office"))
    return [unit.code for unit in found if unit is not None]


def _moment_of(event: IssueEvent) -> datetime:
    """Return when a step was taken, as it says itself."""
    if isinstance(event, IssueEscalated):
        return midnight_after(event.due)
    said: dict[str, Any] = {name: getattr(event, name) for name in type(event).model_fields if name.endswith("_at")}
    return next(moment for moment in said.values() if isinstance(moment, datetime))
