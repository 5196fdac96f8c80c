"""What the forums service knows: one frozen value for each row of its tables."""

from dataclasses import dataclass, field
from datetime import datetime

from services.forums.domain.gathering import Arrangement, Consultation, Minutes, Need, Participant, Speech
from services.forums.domain.issue import Issue
from services.forums.domain.notices import Notice
from services.forums.domain.surveying import Choice, Finding, Site, Survey


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
    forum_at: datetime | None = None
    """When the forum begins, by the session's plan."""
    forum_version: int = 0
    venue: str | None = None


SurveyState = Site | Choice | Finding | Survey
State = Forum | Issue | Notice | Participant | Need | Arrangement | Speech | Consultation | Minutes | SurveyState


@dataclass
class Changes:
    """What deciding changed and the store has to save."""

    states: list[State] = field(default_factory=list)
    """In the order in which they changed; the last word of each counts."""
