"""The twenty minutes at the table: enterprises called in their order (notice §二(一)5(3): 依次进场)."""

from typing import Annotated

from pydantic import Field

from shared.events.base import SessionEvent
from shared.identifiers import CreditCode, Line, Moment


class QueueEvent(SessionEvent):
    """An event of one enterprise in a session's queue; the queue is one aggregate, so two callers cannot both call."""

    owner_code: CreditCode
    number: int | None = Field(default=None, ge=1, description="Stated by the service: its place in the order")
    owner_name: Line | None = Field(default=None, description="Stated by the service")

    @property
    def subject(self) -> str:
        """The session's queue."""
        return f"{self.session}/queue"


class EnterpriseCalled(QueueEvent, type="chunfeng.enterprise.called.v1"):
    """The enterprise whose turn it was, was called to the table."""

    called_at: Moment


class EnterpriseSeated(QueueEvent, type="chunfeng.enterprise.seated.v1"):
    """A called enterprise took its seat at the table."""

    seated_at: Moment


class EnterpriseSkipped(QueueEvent, type="chunfeng.enterprise.skipped.v1"):
    """An enterprise did not come when it was its turn; it keeps its number and may be recalled."""

    skipped_at: Moment
    reason: Line


class EnterpriseRecalled(QueueEvent, type="chunfeng.enterprise.recalled.v1"):
    """An enterprise that was skipped, or is needed once more, was called again."""

    recalled_at: Moment


class EnterpriseFinished(QueueEvent, type="chunfeng.enterprise.finished.v1"):
    """An enterprise left the table."""

    finished_at: Moment


class SeatsArranged(SessionEvent, type="chunfeng.seats.arranged.v1"):
    """The host set, or with no unit took away, seats beside those the docket needs (notice §二(一)5: 桌签)."""

    units: Annotated[tuple[CreditCode, ...], Field(max_length=500)]
    warnings: tuple[Line, ...] | None = Field(default=None, description="Stated by the service: units named twice")
