"""Which steps an issue's page offers to whom: those its rules would take from him now (rows 35, 88)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.forums.domain.issue import OPEN, SETTLED
from shared.vocabulary import IssueState, Level, Role, Word

if TYPE_CHECKING:
    from services.forums.domain.issue import Issue
    from shared.campaign import Registry
    from shared.posted import Caller


class Step(Word):
    """A step of an issue's way."""

    ACKNOWLEDGED = "acknowledged", "签收", "Acknowledge"
    ANSWERED = "answered", "登记答复", "Record an answer"
    DISPATCHED = "dispatched", "交办", "Dispatch"
    OBJECTED = "objected", "提出异议", "Object"
    REASSIGNED = "reassigned", "改派", "Reassign"
    OBJECTION_DISMISSED = "objection-dismissed", "不采纳异议", "Dismiss the objection"
    EXTENSION_ASKED = "extension-asked", "申请延期", "Ask for more time"
    EXTENDED = "extended", "批准延期", "Grant more time"
    EXTENSION_REFUSED = "extension-refused", "不批准延期", "Refuse more time"
    RESOLVED = "resolved", "登记办理结果", "Record the result"
    FEEDBACK_GIVEN = "feedback-given", "登记企业评价", "Record the enterprise's feedback"
    CLOSED_OUT = "closed-out", "销号", "Close out"
    REOPENED = "reopened", "重新打开", "Reopen"
    CORRECTED = "corrected", "更正登记", "Correct"
    WITHDRAWN = "withdrawn", "撤销登记", "Withdraw"


_PARTIES: Final = (Role.BANNER, Role.PARK, Role.LIAISON)


class _Caller:
    """What a caller may be to a session's issues."""

    def __init__(self, caller: Caller, session: str) -> None:
        self.unit = caller.unit
        here = session.endswith(f"-{caller.division}")
        self.drc = caller.role is Role.DRC and caller.level is Level.CITY
        self.city = self.drc or (caller.role is Role.OFFICE and caller.level is Level.CITY)
        self.banner = caller.role is Role.BANNER and here
        self.calls_back = self.drc or (caller.role in _PARTIES and here)
        self.works = caller.role in {Role.DEPARTMENT, Role.DRC, Role.OFFICE} and (caller.level is Level.CITY or here)


def offers(issue: Issue, caller: Caller, registry: Registry, *, unseen: bool = False) -> tuple[Step, ...]:
    """Return the steps to offer, the most likely first; who has not seen a notice may say that he has."""
    who, offered = _Caller(caller, issue.session), [Step.ACKNOWLEDGED] if unseen else []
    if issue.state == IssueState.RAISED:
        if who.city or who.banner:
            offered.append(Step.DISPATCHED)
        if who.drc or who.banner or who.works:
            offered.append(Step.ANSWERED)
    elif issue.state == IssueState.DISPATCHED:
        offered += _in_hand(issue, who, registry)
    elif issue.state in SETTLED:
        if who.calls_back and who.unit != issue.answered_by:
            offered.append(Step.FEEDBACK_GIVEN)
        if who.city or who.banner:
            offered.append(Step.CLOSED_OUT)
    elif who.city or who.banner:
        offered.append(Step.REOPENED)
    if issue.state in OPEN and (who.drc or who.banner):
        offered += [Step.CORRECTED, Step.WITHDRAWN]
    return tuple(offered)


def _in_hand(issue: Issue, who: _Caller, registry: Registry) -> list[Step]:
    offered = []
    if who.unit == issue.lead:
        offered.append(Step.RESOLVED)
        if issue.asked_until is None:
            offered.append(Step.EXTENSION_ASKED)
        if issue.objected_at is None:
            offered.append(Step.OBJECTED)
    lead = registry.unit(issue.lead or "")
    if who.city or (who.banner and lead is not None and lead.level is Level.BANNER):
        if issue.objects_for is not None:
            offered += [Step.REASSIGNED, Step.OBJECTION_DISMISSED]
        if issue.asked_until is not None:
            offered += [Step.EXTENDED, Step.EXTENSION_REFUSED]
        if issue.objects_for is None:
            offered.append(Step.REASSIGNED)
    return offered
