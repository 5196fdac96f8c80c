"""What the forums service knows: one frozen value for each row of its tables."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Forum:
    """One session's forum so far."""

    session: str
    held_at: datetime | None = None
    issues: int | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue as it was raised; `late` when its forum had been held and counted before."""

    session: str
    issue: str
    enterprise: str
    topic: str
    text: str
    raised_at: datetime
    late: bool


State = Forum | Issue


@dataclass
class Changes:
    """What deciding changed and the store has to save."""

    states: list[State] = field(default_factory=list)
    """In the order in which they changed; the last word of each counts."""
