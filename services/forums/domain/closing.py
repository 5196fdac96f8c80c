"""How an issue ends: resolved, judged by the enterprise, closed out by a leader; and how it opens again (row 35)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.forums.domain.issue import SETTLED, ended, open_again, settled
from services.forums.domain.issue_refusals import NoFeedbackYet, OwnWork
from services.forums.domain.issue_steps import (
    Step,
    by_callers_back,
    by_dispatcher,
    by_lead,
    must_be,
    must_be_in_hand,
    not_before,
    record,
    step,
)
from shared.events import (
    Event,
    IssueAnswered,
    IssueClosedOut,
    IssueEvent,
    IssueFeedbackGiven,
    IssueReopened,
    IssueResolved,
)
from shared.problems import NotYet
from shared.vocabulary import Feedback, IssueState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.forums.domain.world import ForumsWorld
    from shared.posted import Posted


def resolve(world: ForumsWorld, posted: Posted, event: IssueResolved) -> Sequence[Event]:
    """Record what the unit in the lead has done; the enterprise is asked next."""
    at = step(world, event)
    lead = must_be_in_hand(at, event, "再登记办理结果", "resolved again")
    by_lead(posted, at, lead)
    not_before(at, event.resolved_at, "data.resolved_at")
    after = at.issue.with_(
        **settled(at.issue, at.registry, IssueState.RESOLVED, event.resolved_at),
        resolution=event.resolution.value,
        answer=event.result,
        answered_by=lead,
        answerer=event.handled_by,
        on_the_spot=False,
    )
    return record(world, at.registry, event, after)


def _must_be_settled(at: Step, event: IssueEvent, what: str, what_en: str) -> None:
    """Let a step wait for the first answer, which it may have overtaken; of a later one it is a mistake."""
    if at.issue.open and at.issue.answered_at is None:
        needed = IssueAnswered if at.issue.state == IssueState.RAISED else IssueResolved
        raise NotYet(needed.type, event.subject)
    must_be(at, what, what_en, *SETTLED)


def give_feedback(world: ForumsWorld, posted: Posted, event: IssueFeedbackGiven) -> Sequence[Event]:
    """Record what the enterprise thinks of the answer; dissatisfied, the issue is open again."""
    at = step(world, event)
    by_callers_back(posted, at)
    _must_be_settled(at, event, "再登记评价", "judged again")
    if posted.caller.unit == at.issue.answered_by:
        raise OwnWork(path="data.feedback", unit=posted.caller.unit_name)
    not_before(at, event.given_at, "data.given_at")
    before = at.issue
    if event.feedback is Feedback.DISSATISFIED:
        before = open_again(before, at.registry, event.given_at)
    after = before.with_(
        feedback=event.feedback.value,
        feedback_by=event.given_by,
        feedback_note=event.note,
        feedback_at=event.given_at,
    )
    return record(world, at.registry, event, after)


def close_out(world: ForumsWorld, posted: Posted, event: IssueClosedOut) -> Sequence[Event]:
    """Close an issue out with a leader's approval, the enterprise's word known or its lack explained (销号)."""
    at = step(world, event)
    by_dispatcher(posted, at.session)
    _must_be_settled(at, event, "再销号", "closed out again")
    if at.issue.feedback is None and event.reason is None:
        raise NoFeedbackYet(path="data.reason")
    not_before(at, event.closed_at, "data.closed_at")
    leader = f"{event.approved_by.name}（{event.approved_by.post}）"
    after = at.issue.with_(**ended(IssueState.CLOSED_OUT, event.closed_at), closed_by=leader)
    return record(world, at.registry, event, after)


def reopen(world: ForumsWorld, posted: Posted, event: IssueReopened) -> Sequence[Event]:
    """Undo a closing, or a withdrawal: the issue goes back to the unit in the lead, or is to be dispatched."""
    at = step(world, event)
    by_dispatcher(posted, at.session)
    must_be(at, "重新打开", "reopened", IssueState.CLOSED_OUT, IssueState.WITHDRAWN)
    not_before(at, event.reopened_at, "data.reopened_at")
    return record(world, at.registry, event, open_again(at.issue, at.registry, event.reopened_at))
