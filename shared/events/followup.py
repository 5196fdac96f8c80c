"""What follows a decision: deferred materials handed in, overdue or revoked; a higher body's receipt and its result.

These facts carry the session that decided the application, but they come after it and change nothing its bulletin
said: they never cause a correction of that bulletin. The campaign's next bulletin tells them under 上期未结, from
`standing` alone if it likes. Of one application's facts the highest version is the newest word; a later
ApprovalCorrected that changes or lifts the deferral or the forwarding starts the follow-up anew and ends what these
facts said before it.
"""

from typing import Annotated

from pydantic import Field

from shared.events.base import ApplicationEvent, Part
from shared.identifiers import Day, Line, Moment
from shared.vocabulary import ForwardResult


class Standing(Part):
    """How a followed-up application stands right after the fact: all that it takes to print a line about it."""

    project_name: Line
    owner_name: Line
    unit: Line = Field(description="Name of the unit that decided it and follows it up")
    signed_at: Moment = Field(description="Of the decision in force")
    due: Day | None = Field(default=None, description="Deferred: of the materials; forwarded: promised by the body")
    missing: tuple[Line, ...] = Field(default=(), description="Deferred: the whole list")
    outstanding: tuple[Line, ...] = Field(default=(), description="Deferred: what of the list is still missing")
    overdue: bool = Field(default=False, description="Whether it has been overdue, made good later or not")
    target_body: Line | None = Field(default=None, description="Forwarded: the body that decides")
    receipt_number: Line | None = Field(default=None, description="Forwarded: of the body's receipt, if it is known")


class FollowUpEvent(ApplicationEvent):
    """An event of an application's follow-up."""

    standing: Standing | None = Field(default=None, description="Stated by the service")


class DeferralMadeGood(FollowUpEvent, type="chunfeng.deferral.made_good.v1"):
    """An enterprise handed in deferred materials (补正), all or some; `standing.outstanding` is empty once all are."""

    materials: Annotated[tuple[Line, ...], Field(min_length=1, max_length=20)]
    supplied_at: Moment
    supplied_by: Line
    received_by: Line


class DeferralReminded(FollowUpEvent, type="chunfeng.deferral.reminded.v1"):
    """Two days before its due date, at 00:00 in Ordos, a deferral still had materials outstanding."""

    due: Day


class DeferralOverdue(FollowUpEvent, type="chunfeng.deferral.overdue.v1"):
    """The due date of a deferral passed with materials outstanding: at 00:00 of the next day in Ordos."""

    due: Day


class DeferralRevoked(FollowUpEvent, type="chunfeng.deferral.revoked.v1"):
    """The deciding department revoked an overdue deferred approval, with the reason; the session's totals stay."""

    reason: Line
    revoked_at: Moment
    revoked_by: Line


class ForwardReceived(FollowUpEvent, type="chunfeng.forward.received.v1"):
    """The higher body confirmed receipt of a forwarded application, perhaps with the day it promises the result by."""

    receipt_number: Line
    received_on: Day
    promised_by: Day | None = None
    reason: Line | None = Field(default=None, description="Why an earlier receipt is replaced, if it is")


class ForwardResolved(FollowUpEvent, type="chunfeng.forward.resolved.v1"):
    """The higher body decided a forwarded application, and the applicant was told (转报结果告知申请人)."""

    result: ForwardResult
    document: Line
    decided_on: Day
    told_at: Moment
    told_how: Line
    reason: Line | None = Field(default=None, description="Why an earlier result is replaced, if it is")
