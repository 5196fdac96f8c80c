"""The docket before the day: locked, put off, its materials pre-reviewed."""

from typing import Annotated

from pydantic import Field

from shared.events.base import ApplicationEvent, Part, SessionEvent
from shared.identifiers import CreditCode, Line, Moment, Slug
from shared.vocabulary import Formality, Level


class FormalityAssigned(SessionEvent, type="chunfeng.formality.assigned.v1"):
    """The DRC gave a formality to another bureau at one session than the campaign's plan does (row 15)."""

    formality: Formality
    level: Level
    bureau: Slug = Field(description="Kind of work of the unit that decides it from now on, as in the plan's owners")
    reason: Line
    assigned_at: Moment


class QueuePlace(Part):
    """An enterprise's place in the order in which they enter (notice §二(一)5(3): 依次进场)."""

    number: int = Field(ge=1)
    owner_code: CreditCode
    owner_name: Line


class DocketLocked(SessionEvent, type="chunfeng.docket.locked.v1"):
    """The DRC fixed a session's docket and with it the order of entry; what changes later needs a reason (row 16)."""

    locked_at: Moment
    order: Annotated[tuple[CreditCode, ...], Field(max_length=500)] = Field(
        default=(), description="Enterprises that enter first; the others follow in the order of their docketing"
    )
    applications: int | None = Field(default=None, ge=0, description="Stated by the service")
    queue: tuple[QueuePlace, ...] | None = Field(default=None, description="Stated by the service")


class ApplicationPostponed(ApplicationEvent, type="chunfeng.application.postponed.v1"):
    """An application was put off to another session; it leaves this one's docket and queue, not its ledger (row 28)."""

    reason: Line
    to_session: Slug | None = Field(default=None, description="Where it is meant to go; it is docketed there anew")
    late: bool | None = Field(default=None, description="Stated by the service: after the docket was locked")


class ApplicationPrereviewed(ApplicationEvent, type="chunfeng.application.prereviewed.v1"):
    """The deciding department found the materials good enough for the day (notice §二(一)6(2): 预先审核)."""

    reviewer: Line = Field(description="The person; under the two-person rule another one signs")
    opinion: Line
    reviewed_at: Moment
    present: Annotated[tuple[Line, ...], Field(max_length=50)] = Field(
        default=(), description="Materials of the checklist that are there"
    )
    lacking: tuple[Line, ...] | None = Field(default=None, description="Stated by the service: the others")


class ApplicationReturned(ApplicationEvent, type="chunfeng.application.returned.v1"):
    """The deciding department returned the materials before the day; they may be pre-reviewed again (row 17)."""

    reviewer: Line
    opinion: Line
    reviewed_at: Moment
    lacking: Annotated[tuple[Line, ...], Field(min_length=1, max_length=50)]
