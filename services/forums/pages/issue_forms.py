"""The forms of an issue's steps: what each asks for, and the event its answers make."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.datastructures import FormData

from services.forums.domain.issue_offers import Step
from shared.clock import SHANGHAI
from shared.events import (
    IssueAcknowledged,
    IssueAnswered,
    IssueClosedOut,
    IssueCorrected,
    IssueDispatched,
    IssueEvent,
    IssueExtended,
    IssueExtensionAsked,
    IssueExtensionRefused,
    IssueFeedbackGiven,
    IssueObjected,
    IssueObjectionDismissed,
    IssueReassigned,
    IssueReopened,
    IssueResolved,
    IssueWithdrawn,
)
from shared.vocabulary import Feedback, Resolution, Word


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form; `kind` is text, prose, day, moment, unit, units, official or word."""

    name: str
    zh: str
    en: str
    kind: str = "text"
    required: bool = True
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class StepForm:
    """The form of a step: the event it makes, its fields, and what is asked before it is sent."""

    event: type[IssueEvent]
    fields: tuple[Field, ...]
    confirm: tuple[str, str] | None = None


def _when(name: str, zh: str, en: str) -> Field:
    return Field(name, zh, en, "moment")


_LEAD: Final = Field("lead", "主办单位", "Lead", "unit")
_ASSISTING: Final = Field("assisting", "协办单位（可多选）", "Assisting units", "units", required=False)
_DUE: Final = Field(
    "due", "办理期限（不填按规定工作日）", "Due day; empty: the usual working days", "day", required=False
)

FORMS: Final[Mapping[Step, StepForm]] = {
    Step.ACKNOWLEDGED: StepForm(
        IssueAcknowledged,
        (
            Field("acknowledged_by", "签收人", "Acknowledged by"),
            _when("acknowledged_at", "签收时间", "Acknowledged at"),
        ),
    ),
    Step.ANSWERED: StepForm(
        IssueAnswered,
        (
            Field("unit", "答复单位", "Unit that answered", "unit"),
            Field("answer", "答复内容", "Answer", "prose"),
            Field("answered_by", "答复人", "Answered by"),
            _when("answered_at", "答复时间", "Answered at"),
        ),
    ),
    Step.DISPATCHED: StepForm(
        IssueDispatched,
        (
            _LEAD,
            _ASSISTING,
            _DUE,
            Field("note", "交办说明", "Note", "prose", required=False),
            _when("dispatched_at", "交办时间", "Dispatched at"),
        ),
    ),
    Step.OBJECTED: StepForm(
        IssueObjected,
        (
            Field("right_unit", "应由哪个单位办理", "The right unit", "unit"),
            Field("reason", "理由", "Reason", "prose"),
            _when("objected_at", "提出时间", "Objected at"),
        ),
    ),
    Step.REASSIGNED: StepForm(
        IssueReassigned,
        (
            Field("lead", "改由哪个单位主办", "New lead", "unit"),
            _ASSISTING,
            _DUE,
            Field("reason", "改派原因", "Reason", "prose"),
            _when("reassigned_at", "改派时间", "Reassigned at"),
        ),
    ),
    Step.OBJECTION_DISMISSED: StepForm(
        IssueObjectionDismissed,
        (Field("reason", "不采纳的理由", "Reason", "prose"), _when("dismissed_at", "决定时间", "Decided at")),
    ),
    Step.EXTENSION_ASKED: StepForm(
        IssueExtensionAsked,
        (
            Field("until", "申请延至", "Until", "day"),
            Field("reason", "延期理由", "Reason", "prose"),
            _when("asked_at", "申请时间", "Asked at"),
        ),
    ),
    Step.EXTENDED: StepForm(
        IssueExtended, (Field("until", "批准延至", "Until", "day"), _when("extended_at", "批准时间", "Granted at"))
    ),
    Step.EXTENSION_REFUSED: StepForm(
        IssueExtensionRefused,
        (Field("reason", "不批准的理由", "Reason", "prose"), _when("refused_at", "决定时间", "Decided at")),
    ),
    Step.RESOLVED: StepForm(
        IssueResolved,
        (
            Field("resolution", "办理结论", "Resolution", "word", words=tuple(Resolution)),
            Field("result", "办理结果", "Result", "prose"),
            Field("handled_by", "经办人", "Handled by"),
            _when("resolved_at", "办结时间", "Resolved at"),
        ),
    ),
    Step.FEEDBACK_GIVEN: StepForm(
        IssueFeedbackGiven,
        (
            Field("feedback", "企业评价", "Feedback", "word", words=tuple(Feedback)),
            Field("given_by", "企业评价人", "Given by"),
            Field("note", "评价说明", "Note", "prose", required=False),
            _when("given_at", "评价时间", "Given at"),
        ),
    ),
    Step.CLOSED_OUT: StepForm(
        IssueClosedOut,
        (
            Field("approved_by", "批准销号的领导", "Approved by", "official"),
            Field("reason", "未经企业评价的原因", "Why without the enterprise's feedback", "prose", required=False),
            _when("closed_at", "销号时间", "Closed at"),
        ),
        ("销号后各单位不再办理，确定销号？", "Nobody acts on a closed issue. Close it out?"),
    ),
    Step.REOPENED: StepForm(
        IssueReopened,
        (Field("reason", "重新打开的原因", "Reason", "prose"), _when("reopened_at", "时间", "Reopened at")),
    ),
    Step.CORRECTED: StepForm(
        IssueCorrected,
        (
            Field("enterprise", "企业", "Enterprise", required=False),
            Field("topic", "类别", "Topic", required=False),
            Field("text", "问题内容", "Text", "prose", required=False),
            Field("reason", "更正原因", "Reason", "prose"),
        ),
    ),
    Step.WITHDRAWN: StepForm(
        IssueWithdrawn,
        (Field("reason", "撤销原因", "Reason", "prose"), _when("withdrawn_at", "时间", "Withdrawn at")),
        ("撤销登记后该问题不再办理，确定撤销？", "A withdrawn issue is not acted on. Withdraw it?"),
    ),
}


def moment(text: str) -> str:
    """Return a browser's local time as a moment; what is none is left for the schema to refuse."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (read.replace(tzinfo=SHANGHAI) if read.tzinfo is None else read).isoformat()


def line(text: str) -> str:
    """Return a text area's lines as one paragraph."""
    return " ".join(part.strip() for part in text.splitlines() if part.strip())


def data_of(fields: tuple[Field, ...], form: FormData) -> dict[str, Any]:
    """Return what a form says; what is left empty is not said, a time is Ordos time."""
    data: dict[str, Any] = {}
    for field in fields:
        given = [str(one).strip() for one in form.getlist(field.name) if str(one).strip()]
        if field.kind == "official":
            parts = {part: str(form.get(f"{field.name}.{part}", "")).strip() for part in ("name", "post")}
            if any(parts.values()):
                data[field.name] = {part: text for part, text in parts.items() if text}
        elif field.kind == "units":
            data[field.name] = given
        elif given:
            data[field.name] = {"moment": moment, "prose": line}.get(field.kind, str)(given[0])
    return data
