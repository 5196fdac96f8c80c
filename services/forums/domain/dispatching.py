"""Who gets an issue and by when: dispatched, objected to, handed to the right unit, given more time (rows 35, 36)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from services.forums.domain.issue import in_hand, midnight_after
from services.forums.domain.issue_refusals import (
    AlreadyDispatched,
    AskedBefore,
    DueOutOfRange,
    MoreThanAsked,
    NamesItself,
    NotLater,
    ObjectedBefore,
    SameUnit,
    TooLateToAsk,
    TooLateToObject,
)
from services.forums.domain.issue_steps import (
    Step,
    by_dispatcher_to,
    by_lead,
    lead_and_assisting,
    must_be,
    must_be_in_hand,
    not_before,
    on,
    record,
    step,
    unit_here,
)
from shared import workdays
from shared.events import (
    Event,
    IssueDispatched,
    IssueEvent,
    IssueExtended,
    IssueExtensionAsked,
    IssueExtensionRefused,
    IssueObjected,
    IssueObjectionDismissed,
    IssueReassigned,
)
from shared.problems import NotYet
from shared.vocabulary import IssueState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from services.forums.domain.world import ForumsWorld
    from shared.posted import Posted


def _due(at: Step, given_at: datetime, asked: date | None) -> date:
    """Return the due day of a dispatch: as asked, within the limit, or the campaign's usual one."""
    limits, first = at.limits, on(given_at)
    last = workdays.after(first, limits.most_days)
    if asked is None:
        return workdays.after(first, min(limits.finish_days, limits.most_days))
    if not first <= asked <= last:
        raise DueOutOfRange(path="data.due", due=asked, first=first, last=last, days=limits.most_days)
    return asked


def dispatch(world: ForumsWorld, posted: Posted, event: IssueDispatched) -> Sequence[Event]:
    """Hand an issue to the unit in the lead and those assisting, with its due day (交办)."""
    at = step(world, event)
    lead, assisting = lead_and_assisting(at, event.lead, event.assisting)
    by_dispatcher_to(posted, at, lead, "data.lead")
    if at.issue.state == IssueState.DISPATCHED:
        raise AlreadyDispatched(path="data.issue", issue=event.issue, lead=at.name_of(at.issue.lead))
    must_be(at, "交办", "dispatched", IssueState.RAISED)
    not_before(at, event.dispatched_at, "data.dispatched_at")
    due = _due(at, event.dispatched_at, event.due)
    after = at.issue.with_(
        **in_hand(lead.code, event.dispatched_at, due),
        assisting=assisting,
        responded_at=at.issue.responded_at or event.dispatched_at,
    )
    return record(world, at.registry, event.model_copy(update={"due": due}), after)


def object_(world: ForumsWorld, posted: Posted, event: IssueObjected) -> Sequence[Event]:
    """Take the objection of the unit in the lead, which names the right unit, within a working day (row 36)."""
    at = step(world, event)
    lead = must_be_in_hand(at, event, "提出异议", "objected to")
    by_lead(posted, at, lead)
    right = unit_here(at, event.right_unit, "data.right_unit")
    if right.code == lead:
        raise NamesItself(path="data.right_unit", unit=right.name)
    if at.issue.objected_at is not None:
        raise ObjectedBefore(path="data.issue")
    not_before(at, event.objected_at, "data.objected_at")
    last = workdays.after(on(_given_at(at)), at.limits.objection_days)
    if on(event.objected_at) > last:
        raise TooLateToObject(path="data.objected_at", days=at.limits.objection_days, last=last)
    after = at.issue.with_(objected_at=event.objected_at, objects_for=right.code, objection=event.reason)
    return record(world, at.registry, event, after)


def _given_at(at: Step) -> datetime:
    assert at.issue.dispatched_at is not None  # noqa: S101  (whatever is in hand was dispatched)
    return at.issue.dispatched_at


def _decided_by(posted: Posted, at: Step, event: IssueEvent, what: str, what_en: str) -> str:
    """Return the unit in the lead, about which the caller may decide."""
    lead = must_be_in_hand(at, event, what, what_en)
    by_dispatcher_to(posted, at, at.registry.unit(lead), "data.issue")
    return lead


def dismiss(world: ForumsWorld, posted: Posted, event: IssueObjectionDismissed) -> Sequence[Event]:
    """Dismiss an objection: the unit in the lead keeps the issue and its due day."""
    at = step(world, event)
    _decided_by(posted, at, event, "驳回异议", "kept where it is")
    if at.issue.objects_for is None:
        raise NotYet(IssueObjected.type, event.subject)
    not_before(at, event.dismissed_at, "data.dismissed_at")
    return record(world, at.registry, event, at.issue.with_(objects_for=None, objection=None))


def reassign(world: ForumsWorld, posted: Posted, event: IssueReassigned) -> Sequence[Event]:
    """Hand an issue to another unit, which is named; its time starts anew (row 36)."""
    at = step(world, event)
    lead, assisting = lead_and_assisting(at, event.lead, event.assisting)
    before = _decided_by(posted, at, event, "改派", "reassigned")
    by_dispatcher_to(posted, at, lead, "data.lead")
    if lead.code == before:
        raise SameUnit(path="data.lead", issue=event.issue, unit=lead.name)
    not_before(at, event.reassigned_at, "data.reassigned_at")
    due = _due(at, event.reassigned_at, event.due)
    after = at.issue.with_(
        **in_hand(lead.code, event.reassigned_at, due), assisting=assisting, reassigned=at.issue.reassigned + 1
    )
    return record(world, at.registry, event.model_copy(update={"due": due}), after)


def ask(world: ForumsWorld, posted: Posted, event: IssueExtensionAsked) -> Sequence[Event]:
    """Take a request for more time, at least a day before the due day and within the limit (row 35)."""
    at = step(world, event)
    by_lead(posted, at, must_be_in_hand(at, event, "申请延期", "extended"))
    due, ahead = at.issue.due, at.limits.ask_ahead_days
    assert due is not None  # noqa: S101  (whatever is in hand has a due day)
    if at.issue.asked_until is not None:
        raise AskedBefore(path="data.until", until=at.issue.asked_until)
    not_before(at, event.asked_at, "data.asked_at")
    if on(event.asked_at) > due - timedelta(days=ahead):
        raise TooLateToAsk(path="data.asked_at", days=ahead, due=due)
    last = workdays.after(on(_given_at(at)), at.limits.most_days)
    if not due < event.until <= last:
        raise NotLater(path="data.until", until=event.until, due=due, last=last, days=at.limits.most_days)
    return record(world, at.registry, event, at.issue.with_(asked_until=event.until, asked_why=event.reason))


def _asked(posted: Posted, at: Step, event: IssueEvent) -> date:
    """Return the day that is asked for, about which the caller may decide."""
    _decided_by(posted, at, event, "办理延期", "extended")
    if at.issue.asked_until is None:
        raise NotYet(IssueExtensionAsked.type, event.subject)
    return at.issue.asked_until


def extend(world: ForumsWorld, posted: Posted, event: IssueExtended) -> Sequence[Event]:
    """Grant more time, as much as was asked for or less; what had become overdue meanwhile is in time again."""
    at = step(world, event)
    asked, due = _asked(posted, at, event), at.issue.due
    assert due is not None  # noqa: S101  (likewise)
    not_before(at, event.extended_at, "data.extended_at")
    if not due < event.until <= asked:
        raise MoreThanAsked(path="data.until", until=event.until, due=due, asked=asked)
    after = at.issue.with_(
        due=event.until, next_at=midnight_after(event.until), escalated=False, asked_until=None, asked_why=None
    )
    return record(world, at.registry, event, after)


def refuse_extension(world: ForumsWorld, posted: Posted, event: IssueExtensionRefused) -> Sequence[Event]:
    """Grant no more time: the due day stays."""
    at = step(world, event)
    _asked(posted, at, event)
    not_before(at, event.refused_at, "data.refused_at")
    return record(world, at.registry, event, at.issue.with_(asked_until=None, asked_why=None))
