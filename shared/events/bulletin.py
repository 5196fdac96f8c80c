"""What became of a session's bulletin."""

from typing import Annotated

from pydantic import Field

from shared.events.base import Part, SessionEvent
from shared.events.campaign import Official
from shared.identifiers import Line, Moment
from shared.vocabulary import Channel, Series

_STATED = "Stated by the service"
DraftNumber = Annotated[int, Field(ge=1, description="Counts a session's drafts; a review or sign-off is of one draft")]


class BulletinDrafted(SessionEvent, type="chunfeng.bulletin.drafted.v1"):
    """A draft of a session's bulletin was put up for review and sign-off; its contents stand from here on."""

    draft: DraftNumber | None = Field(default=None, description=_STATED)
    revision: int | None = Field(default=None, ge=0, description=_STATED)
    drafted_at: Moment | None = Field(default=None, description=_STATED)
    complete: bool | None = Field(default=None, description=_STATED)
    cutoff: dict[str, int] | None = Field(default=None, description=_STATED)
    contents_sha256: str | None = Field(default=None, description=_STATED)


class BulletinReviewed(SessionEvent, type="chunfeng.bulletin.reviewed.v1"):
    """A draft was reviewed: it may be signed off, or goes back with remarks (审核)."""

    draft: DraftNumber
    reviewed_by: Official
    reviewed_at: Moment
    passed: bool = True
    remarks: Line | None = None


class BulletinSignedOff(SessionEvent, type="chunfeng.bulletin.signedoff.v1"):
    """A leader signed a reviewed draft off; this day is the date on the page (签发)."""

    draft: DraftNumber
    signed_by: Official
    signed_at: Moment


class SignOff(Part):
    """Who reviewed and who signed an edition off, and when."""

    signed_by: Official
    signed_at: Moment
    reviewed_by: Official


class BulletinIssued(SessionEvent, type="chunfeng.bulletin.issued.v1"):
    """A session's bulletin was issued; the cut-off names what it knew, so that a replay prints the same page."""

    year: int
    number: int = Field(ge=1)
    revision: int = Field(ge=0, description="0 is the first edition; a correction is the next revision")
    issued_at: Moment
    due_at: Moment
    cutoff: dict[str, int] = Field(description="Highest sequence of each source the edition rests on")
    sha256: str = Field(description="Of the edition's canonical JSON")
    pdf_sha256: str
    series: Series = Field(default=Series.MAIN, description="Supplements 增刊 have numbers of their own")
    sign_off: SignOff | None = Field(default=None, description="Absent where it was issued without one")
    printed_sha256: str | None = Field(default=None, description="Of the page before it was signed electronically")


class BulletinCorrected(BulletinIssued, type="chunfeng.bulletin.corrected.v1"):
    """A correction of an issued bulletin was issued (更正), showing old and new."""


class Attempt(Part):
    """One attempt at a delivery: when, with what outcome, what the other side answered, how much was sent."""

    number: int = Field(ge=1)
    begun_at: Moment
    ended_at: Moment | None = None
    outcome: Annotated[str, Field(pattern=r"^(delivered|put_off|refused|unknown)$")]
    answer: Line | None = None
    bytes: int = Field(default=0, ge=0)


Attempts = Annotated[tuple[Attempt, ...], Field(max_length=500)]


class BulletinDelivered(SessionEvent, type="chunfeng.bulletin.delivered.v1"):
    """An edition reached a recipient."""

    revision: int
    recipient: Line
    channel: Channel
    attempts: int
    pdf_sha256: str
    delivered_at: Moment
    log: Attempts = ()


class DeliveryFailed(SessionEvent, type="chunfeng.delivery.failed.v1"):
    """An edition could not be delivered to a recipient; a person must act."""

    revision: int
    recipient: Line
    channel: Channel
    attempts: int
    error: Line
    log: Attempts = ()


class DeliveryUnknown(DeliveryFailed, type="chunfeng.delivery.unknown.v1"):
    """Nobody can know whether an edition reached a recipient, and no attempt is left; a person must ask."""


class DeliveryResent(SessionEvent, type="chunfeng.delivery.resent.v1"):
    """A person had an edition sent to a recipient once more: the same content under the same identifier."""

    revision: int = Field(ge=0)
    recipient: Line
    reason: Line | None = None


class DeadlineApproaching(SessionEvent, type="chunfeng.deadline.approaching.v1"):
    """A closed session has no bulletin yet and its limit comes nearer."""

    due_at: Moment
    hours_since_closing: int


class DeadlineMissed(SessionEvent, type="chunfeng.deadline.missed.v1"):
    """The one-day limit of a session passed without its bulletin."""

    due_at: Moment
