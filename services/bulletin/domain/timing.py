"""The one-day clock: what is to be done about a closed session at a given time (rows 57, 62, 63). Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

ALARMS: Final = (12, 20, 23)
"""Hours after closing at which a missing bulletin raises an alarm."""


@dataclass(frozen=True, slots=True)
class Closing:
    """A closed session and how far its bulletin is."""

    session: str
    closed_at: datetime
    due_at: datetime
    touched_at: datetime
    """When its newest fact arrived."""
    examined_at: datetime | None = None
    """When it was last decided what to do about it."""
    alarmed: int = 0
    """The last alarm raised, in hours; 24 once the limit was missed."""
    revision: int | None = None
    """The newest edition's revision; None before the first."""
    signed: bool = False
    """A draft of the next edition has been signed off and waits to be issued."""
    drafted_at: datetime | None = None
    """When the next edition was first drafted, if it was."""

    @property
    def next_limit(self) -> datetime | None:
        """The limit of the next edition: the session's own, or for a correction as long after its first draft."""
        if self.revision is None:
            return self.due_at
        return self.drafted_at + (self.due_at - self.closed_at) if self.drafted_at else None

    @property
    def settled(self) -> bool:
        """Tell whether everything known of it has been considered."""
        return self.examined_at is not None and self.examined_at >= self.touched_at


class Step(StrEnum):
    """What to do now."""

    WAIT = "wait"
    ISSUE = "issue"
    CORRECT = "correct"
    DRAFT = "draft"


def step(  # noqa: PLR0913  (the facts that decide)
    closing: Closing, now: datetime, *, complete: bool, changed: bool, issue_before: timedelta, quiet: timedelta
) -> Step:
    """Issue when complete, or anyway `issue_before` the limit; correct what changed once it has been quiet."""
    if closing.revision is None:
        return Step.ISSUE if complete or now >= closing.due_at - issue_before else Step.WAIT
    return Step.CORRECT if changed and now >= closing.touched_at + quiet else Step.WAIT


def step_to_sign(  # noqa: PLR0913  (the facts that decide)
    closing: Closing,
    now: datetime,
    *,
    complete: bool,
    changed: bool,
    fresh: bool,
    issue_before: timedelta,
    quiet: timedelta,
) -> Step:
    """Say what to do where a leader signs: put up what is new to the newest draft, issue unsigned at the limit.

    `fresh` tells that no draft says what would be issued now. Silence is worse than a missing signature: at the limit
    the bulletin goes out all the same, and says that it is unsigned.
    """
    due = closing.next_limit
    if due is not None and now >= due - issue_before and (closing.revision is None or changed):
        return Step.ISSUE if closing.revision is None else Step.CORRECT
    ready = complete if closing.revision is None else changed and now >= closing.touched_at + quiet
    return Step.DRAFT if ready and fresh else Step.WAIT


def alarm(closing: Closing, now: datetime) -> int | None:
    """Return the alarm that is due: 12, 20 or 23 hours after closing, 24 for a missed limit, or none."""
    if closing.revision is not None:
        return None
    if now >= closing.due_at:
        return 24 if closing.alarmed < 24 else None  # noqa: PLR2004  (the day's hours)
    passed = [hours for hours in ALARMS if now >= closing.closed_at + timedelta(hours=hours)]
    return passed[-1] if passed and passed[-1] > closing.alarmed else None
