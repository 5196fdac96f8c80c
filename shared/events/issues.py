"""An issue's whole way: raised, answered or dispatched, extended, escalated, resolved, closed out (row 35).

A rule of the record: as long as an issue is open, its `standing` names who owes the next step and by which day.
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.events.base import Part, SessionEvent
from shared.events.campaign import Official
from shared.identifiers import CreditCode, Day, Line, Moment, Prose, Slug
from shared.vocabulary import Feedback, IssueSource, IssueState, Resolution

Assisting = Annotated[tuple[CreditCode, ...], Field(max_length=10)]
"""Units that assist the one in the lead (协办单位)."""


class IssueStanding(Part):
    """How an issue stands after a fact, as the forums service states it: enough to read without knowing more."""

    state: IssueState
    enterprise: Line
    topic: Line
    text: Prose
    source: IssueSource
    origin: Slug | None = Field(default=None, description="The policy question or the survey finding it comes from")
    raised_at: Moment
    late: bool = Field(default=False, description="Raised at the forum, but recorded after its end was counted")
    owner: CreditCode | None = Field(description="Who owes the next step; nobody once it is closed out or withdrawn")
    owner_name: Line | None
    due: Day | None = Field(description="By when; None once it is closed out or withdrawn")
    lead: CreditCode | None = Field(default=None, description="The unit in the lead (主办单位)")
    lead_name: Line | None = None
    assisting: Assisting = ()
    assisting_names: tuple[Line, ...] = ()
    answer: Prose | None = Field(default=None, description="The answer in force, given on the spot or as the result")
    answered_by: Line | None = Field(default=None, description="The unit that gave it")
    answered_at: Moment | None = None
    on_the_spot: bool = Field(default=False, description="Answered on the day it was raised, before any dispatch")
    resolution: Resolution | None = None
    feedback: Feedback | None = None
    escalations: int = Field(default=0, ge=0, description="How often it was overdue and put under supervision (督办)")
    reopened: int = Field(default=0, ge=0, description="How often the enterprise was dissatisfied, or a closing undone")
    reassigned: int = Field(default=0, ge=0)


class IssueEvent(SessionEvent):
    """An event of one issue of a session."""

    issue: Slug
    standing: IssueStanding | None = Field(default=None, description="Stated by the service")

    @property
    def subject(self) -> str:
        """The issue within its session."""
        return f"{self.session}/{self.issue}"


class IssueRaised(IssueEvent, type="chunfeng.issue.raised.v1"):
    """An enterprise raised a difficulty or a suggestion, at the forum or elsewhere on the day (notice §二(二)4(2))."""

    enterprise: Line
    enterprise_code: CreditCode | None = None
    topic: Line
    text: Prose
    raised_at: Moment
    source: IssueSource = Field(default=IssueSource.FORUM, description="Another than forum is stated by the service")
    origin: Slug | None = Field(
        default=None, description="Stated by the service: the question or finding it comes from"
    )
    suggested: tuple[CreditCode, ...] = Field(default=(), description="Stated by the service: departments of the topic")


class IssueAcknowledged(IssueEvent, type="chunfeng.issue.acknowledged.v1"):
    """A unit took note of an issue that came to it, or of what became of it (签收; notice §二(二)2)."""

    acknowledged_by: Line
    acknowledged_at: Moment
    unit: CreditCode | None = Field(default=None, description="Stated by the service: the unit that took note")


class IssueAnswered(IssueEvent, type="chunfeng.issue.answered.v1"):
    """A department answered an issue before it was dispatched: on the spot, if on the day (notice §二(二)4(3))."""

    unit: CreditCode = Field(description="The unit that answered")
    answer: Prose
    answered_by: Line
    answered_at: Moment


class IssueDispatched(IssueEvent, type="chunfeng.issue.dispatched.v1"):
    """An issue was handed to the unit in the lead and those assisting, with a due day (交办; notice §二(二)2)."""

    lead: CreditCode
    assisting: Assisting = ()
    dispatched_at: Moment
    due: Day | None = Field(default=None, description="Left out: the campaign's usual working days from the dispatch")
    note: Prose | None = None


class IssueObjected(IssueEvent, type="chunfeng.issue.objected.v1"):
    """The unit in the lead says within a working day that the issue is another unit's, and whose (notice §二(二)2)."""

    right_unit: CreditCode
    reason: Prose
    objected_at: Moment


class IssueObjectionDismissed(IssueEvent, type="chunfeng.issue.objection-dismissed.v1"):
    """An objection was dismissed: the unit in the lead keeps the issue (notice §二(二)2)."""

    reason: Prose
    dismissed_at: Moment


class IssueReassigned(IssueEvent, type="chunfeng.issue.reassigned.v1"):
    """An issue was handed to another unit, which is named, with the reason (notice §二(二)2)."""

    lead: CreditCode
    assisting: Assisting = ()
    reassigned_at: Moment
    due: Day | None = Field(default=None, description="Left out: the campaign's usual working days, within the limit")
    reason: Prose


class IssueExtensionAsked(IssueEvent, type="chunfeng.issue.extension-asked.v1"):
    """The unit in the lead asked, at least a day before its due day, for more time (notice §二(二)2)."""

    until: Day
    reason: Prose
    asked_at: Moment


class IssueExtended(IssueEvent, type="chunfeng.issue.extended.v1"):
    """More time was granted to the unit in the lead, as asked or less (notice §二(二)2)."""

    until: Day
    extended_at: Moment


class IssueExtensionRefused(IssueEvent, type="chunfeng.issue.extension-refused.v1"):
    """More time was not granted: the due day stays (notice §二(二)2)."""

    reason: Prose
    refused_at: Moment


class IssueEscalated(IssueEvent, type="chunfeng.issue.escalated.v1"):
    """An issue's due day passed without its next step: it is under supervision (督办; notice §二(二)2)."""

    due: Day


class IssueResolved(IssueEvent, type="chunfeng.issue.resolved.v1"):
    """The unit in the lead resolved an issue, or explained why it cannot be (notice §二(二)2)."""

    resolution: Resolution
    result: Prose
    handled_by: Line
    resolved_at: Moment


class IssueFeedbackGiven(IssueEvent, type="chunfeng.issue.feedback-given.v1"):
    """The enterprise said what it thinks of the answer; dissatisfied, the issue is open again (notice §二(二)2)."""

    feedback: Feedback
    given_by: Line
    given_at: Moment
    note: Prose | None = None


class IssueClosedOut(IssueEvent, type="chunfeng.issue.closed-out.v1"):
    """A leader closed an issue out (销号); without the enterprise's word only with a reason (notice §二(二)2)."""

    approved_by: Official
    closed_at: Moment
    reason: Prose | None = None


class IssueReopened(IssueEvent, type="chunfeng.issue.reopened.v1"):
    """A closing was undone with a reason: the issue goes back to the unit in the lead (notice §二(二)2)."""

    reason: Prose
    reopened_at: Moment


class IssueCorrected(IssueEvent, type="chunfeng.issue.corrected.v1"):
    """What was recorded of an issue was wrong and is put right, with the reason (notice §二(二)4(2))."""

    enterprise: Line | None = None
    topic: Line | None = None
    text: Prose | None = None
    reason: Prose

    @model_validator(mode="after")
    def corrects_something(self) -> Self:
        """Refuse a correction that corrects nothing."""
        if self.enterprise is None and self.topic is None and self.text is None:
            message = "请写明更正后的企业、类别或内容 (say what the enterprise, the topic or the text should be)"
            raise ValueError(message)
        return self


class IssueWithdrawn(IssueEvent, type="chunfeng.issue.withdrawn.v1"):
    """An issue was recorded by mistake or twice, or was taken back, with the reason (notice §二(二)4(2))."""

    reason: Prose
    withdrawn_at: Moment
