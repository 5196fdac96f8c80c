"""What the forums service knows: one frozen value for each row of its tables."""

from dataclasses import dataclass, field
from datetime import datetime

from services.forums.domain.gathering import Arrangement, Consultation, Minutes, Need, Participant, Speech
from services.forums.domain.issue import Issue


@dataclass(frozen=True, slots=True)
class Forum:
    """One session's forum so far."""

    session: str
    held_at: datetime | None = None
    issues: int | None = None
    locked_at: datetime | None = None
    """When its roster was locked."""
    scheduled_at: datetime | None = None
    """When the session begins, once announced."""
    scheduled_version: int = 0


State = Forum | Issue | Participant | Need | Arrangement | Speech | Consultation | Minutes


@dataclass
class Changes:
    """What deciding changed and the store has to save."""

    states: list[State] = field(default_factory=list)
    """In the order in which they changed; the last word of each counts."""
