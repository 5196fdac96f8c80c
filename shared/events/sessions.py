"""A session before its day: moved, cancelled, told of, prepared, ready."""

from pydantic import Field

from shared.events.base import Event, SessionEvent
from shared.events.preparation import PlannedAction, Venue
from shared.identifiers import CreditCode, Line, Moment, Slug
from shared.vocabulary import Action, NoticeKind


class SessionRescheduled(SessionEvent, type="chunfeng.session.rescheduled.v1"):
    """An announced session was moved to another time or place (notice §二: 具体时间另行通知; row 6)."""

    starts_at: Moment
    venue: Venue
    reason: Line
    was_at: Moment | None = Field(default=None, description="Stated by the service: the time it was moved from")
    was_in: Venue | None = Field(default=None, description="Stated by the service: the place it was moved from")
    actions: tuple[PlannedAction, ...] | None = Field(default=None, description="Stated by the service")


class SessionCancelled(SessionEvent, type="chunfeng.session.cancelled.v1"):
    """An announced session was cancelled; it may be announced anew (row 6)."""

    cancelled_at: Moment
    reason: Line
    was_at: Moment | None = Field(default=None, description="Stated by the service: the time it was to be held")


class ActionScheduled(SessionEvent, type="chunfeng.action.scheduled.v1"):
    """One of a session's actions was given another time, length or place than the prefilled one (row 3)."""

    action: Action
    starts_at: Moment
    minutes: int | None = Field(default=None, ge=1, le=720, description="Without it, the notice's length")
    place: Line | None = None
    actions: tuple[PlannedAction, ...] | None = Field(
        default=None, description="Stated by the service: the session's plan, what follows pushed back if need be"
    )


class SessionReady(SessionEvent, type="chunfeng.session.ready.v1"):
    """The DRC declared a session ready: every duty that it waits for is fulfilled (notice §四(一); rows 7, 8)."""

    ready_at: Moment
    declared_by: Line | None = None
    duties: int | None = Field(default=None, ge=0, description="Stated by the service: how many were fulfilled")


class DutyEvent(Event):
    """An event of a unit's duty, for one session or, if it is owed once, for the whole campaign."""

    campaign: Slug
    session: Slug | None = Field(default=None, description="Left out for a duty that is owed once")
    duty: Slug
    unit: CreditCode | None = Field(default=None, description="Whose duty; without it, the poster's")

    @property
    def subject(self) -> str:
        """The duty, of all units that owe it: a poster need not name its own."""
        return f"{self.campaign}/duties/{self.session or 'once'}/{self.duty}"


class DutyFulfilled(DutyEvent, type="chunfeng.duty.fulfilled.v1"):
    """A unit has done what the notice makes it responsible for, or another fact shows that it has (row 8)."""

    fulfilled_at: Moment
    note: Line | None = None
    evidence: Line | None = Field(default=None, description="Stated by the service: the fact that shows it")


class DutyReopened(DutyEvent, type="chunfeng.duty.reopened.v1"):
    """A duty taken for fulfilled is open again, with the reason (row 8)."""

    reopened_at: Moment
    reason: Line
    evidence: Line | None = Field(default=None, description="Stated by the service: the fact that shows it undone")


class NoticeSent(SessionEvent, type="chunfeng.notice.sent.v1"):
    """Those concerned were told a session's date and place, its move or its end, once for all that changed (row 6)."""

    kind: NoticeKind
    sent_at: Moment
    starts_at: Moment | None = None
    venue: Venue | None = None
    was_at: Moment | None = None
    was_in: Venue | None = None
    reason: Line | None = None
    changes: int = Field(ge=1, description="How many changes it sums up")
    units: tuple[CreditCode, ...]
    enterprises: tuple[Line, ...] = ()

    @property
    def subject(self) -> str:
        """The session's notices."""
        return f"{self.session}/notices"
