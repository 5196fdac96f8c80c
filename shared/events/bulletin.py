"""What became of a session's bulletin."""

from pydantic import Field

from shared.events.base import SessionEvent
from shared.identifiers import Line, Moment
from shared.vocabulary import Channel


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


class BulletinCorrected(BulletinIssued, type="chunfeng.bulletin.corrected.v1"):
    """A correction of an issued bulletin was issued (更正), showing old and new."""


class BulletinDelivered(SessionEvent, type="chunfeng.bulletin.delivered.v1"):
    """An edition reached a recipient."""

    revision: int
    recipient: Line
    channel: Channel
    attempts: int
    pdf_sha256: str
    delivered_at: Moment


class DeliveryFailed(SessionEvent, type="chunfeng.delivery.failed.v1"):
    """An edition could not be delivered to a recipient; a person must act."""

    revision: int
    recipient: Line
    channel: Channel
    attempts: int
    error: Line


class DeadlineApproaching(SessionEvent, type="chunfeng.deadline.approaching.v1"):
    """A closed session has no bulletin yet and its limit comes nearer."""

    due_at: Moment
    hours_since_closing: int


class DeadlineMissed(SessionEvent, type="chunfeng.deadline.missed.v1"):
    """The one-day limit of a session passed without its bulletin."""

    due_at: Moment
