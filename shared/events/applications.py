"""Applications on a docket, their decisions and licences."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.events.base import ApplicationEvent, Part
from shared.identifiers import CreditCode, Day, DocumentNumber, Line, Moment
from shared.vocabulary import Outcome, Scope


class Project(Part):
    """A project with the enterprise that answers for it."""

    name: Line
    scope: Scope
    owner_code: CreditCode
    owner_name: Line


class ApplicationDocketed(ApplicationEvent, type="chunfeng.application.docketed.v1"):
    """An application was put on a session's docket (notice §二(一)6(1))."""

    project: Project
    late_reason: Line | None = Field(default=None, description="Needed once the docket is locked (row 16)")
    supersedes: Line | None = Field(
        default=None,
        description="Id of the docketing this one takes the place of (row 30)",
    )
    late: bool | None = Field(default=None, description="Stated by the service: after the docket was locked")


class ApplicationWithdrawn(ApplicationEvent, type="chunfeng.application.withdrawn.v1"):
    """An application was taken off the docket, with the reason."""

    reason: Line
    late: bool | None = Field(default=None, description="Stated by the service: after the docket was locked")


class Deferral(Part):
    """容缺: decided now, the missing materials promised in writing by a due date (requirements row 19)."""

    commitment_letter: Line
    missing: Annotated[tuple[Line, ...], Field(min_length=1, max_length=20)]
    due: Day


class Forwarding(Part):
    """转报: passed up to the body that decides, with a preliminary opinion (requirements row 20)."""

    target_body: Line
    opinion: Line


class Decision(ApplicationEvent):
    """What a deciding department records of one application."""

    outcome: Outcome
    signed_at: Moment
    department_signatory: Line
    enterprise_signatory: Line
    stamped: bool
    document_number: DocumentNumber | None = None
    deferral: Deferral | None = None
    forwarding: Forwarding | None = None

    @model_validator(mode="after")
    def outcome_has_its_particulars(self) -> Self:
        """Refuse a deferral without a deferred outcome or the reverse; likewise a forwarding."""
        if (self.outcome is Outcome.DEFERRED) != (self.deferral is not None):
            message = (
                "容缺审批须有 deferral（承诺书、所缺材料、补正期限），其他结论不得有 (deferral goes with deferred)"
            )
            raise ValueError(message)
        if (self.outcome is Outcome.FORWARDED) != (self.forwarding is not None):
            message = "转报上报须有 forwarding（上级机关、初审意见），其他结论不得有 (forwarding goes with forwarded)"
            raise ValueError(message)
        return self


class ApprovalSigned(Decision, type="chunfeng.approval.signed.v1"):
    """A department decided an application at the table and both parties signed (notice §二(一)5(3))."""


class ApprovalCorrected(Decision, type="chunfeng.approval.corrected.v1"):
    """A department replaced its recorded decision by a new one, with the reason; the old one stays in the history."""

    reason: Line


class LicenceIssued(ApplicationEvent, type="chunfeng.licence.issued.v1"):
    """A licence was made and issued on the spot (notice §二(一)5(3): 能发证的当场制发)."""

    licence_type: Line
    number: Line
    issued_at: Moment


class LicenceCorrected(ApplicationEvent, type="chunfeng.licence.corrected.v1"):
    """A licence's number or kind, recorded wrongly, was put right, with the reason (notice §二(一)5(3))."""

    number: Line = Field(description="As it stands on record; it is free again, for another licence")
    right_number: Line = Field(description="As it stands on the licence; the same if only its kind was wrong")
    licence_type: Line | None = Field(default=None, description="The right kind of licence, if that was wrong")
    reason: Line
    corrected_at: Moment
