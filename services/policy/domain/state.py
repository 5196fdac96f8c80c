"""What the policy service knows: one frozen value for each row of its tables."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

People = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Visits:
    """One session's day of visits so far, with what was counted when it was concluded."""

    session: str
    concluded_at: datetime | None = None
    teams: int | None = None
    visits: int | None = None
    questions: int | None = None
    left_open: int | None = None
    starts_at: datetime | None = None
    """When the session itself begins, once announced."""
    seats_until: datetime | None = None
    """When its policy-consultation seats after the forum end, once staffed."""


@dataclass(frozen=True, slots=True)
class Team:
    """A team as it stands; `late` when the session's teams had been counted before."""

    session: str
    team: str
    leader: dict[str, Any]
    liaison: dict[str, Any]
    members: People
    topics: list[str]
    late: bool
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    uncovered: list[str] = field(default_factory=list)
    reason: str | None = None
    """Why it was composed anew, if it was."""

    @property
    def people(self) -> People:
        """Everybody of the team, leader first."""
        return [self.leader, self.liaison, *self.members]


@dataclass(frozen=True, slots=True)
class Need:
    """An enterprise's wish to know about a policy; withdrawn with a reason."""

    session: str
    need: str
    enterprise: str
    enterprise_code: str
    topic: str
    question: str | None
    unit: str
    """Who filed it."""
    withdrawn: str | None = None


@dataclass(frozen=True, slots=True)
class Official:
    """Somebody a unit has named for policy teams."""

    campaign: str
    unit: str
    official: str
    name: str
    standing: str
    post: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy of the library."""

    policy: str
    title: str
    level: str
    issuer: str
    number: str
    issued_on: date
    effective_on: date | None
    valid_until: date | None
    topics: list[str]
    summary: str
    text: str | None
    file_sha256: str | None
    file_name: str | None
    source: str | None
    unit: str
    """Who put it in."""
    unit_name: str
    repealed_on: date | None = None
    repealed_why: str | None = None


@dataclass(frozen=True, slots=True)
class Brochure:
    """A department's brochure on a topic; its code leads to its newest edition."""

    code: str
    campaign: str
    department: str
    department_name: str
    topic: str
    edition: int
    published_at: datetime
    title: str


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of a brochure, with the data of its BrochurePublished."""

    code: str
    edition: int
    published_at: datetime
    fact: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as planned, and as it was made."""

    session: str
    visit: str
    team: str
    enterprise: str
    enterprise_code: str
    topics: list[str]
    planned_from: datetime | None = None
    planned_until: datetime | None = None
    place: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    brochures: list[str] = field(default_factory=list)
    received_by: str | None = None
    feedback: str | None = None
    note: str | None = None
    late: bool = False
    """Made known after the visits had been counted."""
    cancelled: str | None = None
    """Why it was called off."""
    corrected: str | None = None
    """Why its log was replaced, the last time."""

    @property
    def window(self) -> tuple[datetime, datetime] | None:
        """When it was, or else is to be."""
        if self.started_at and self.ended_at:
            return self.started_at, self.ended_at
        if self.cancelled is not None:
            return None
        return (self.planned_from, self.planned_until) if self.planned_from and self.planned_until else None


@dataclass(frozen=True, slots=True)
class Question:
    """What an enterprise asked; `left_open` when nobody could answer it there."""

    session: str
    question: str
    team: str
    visit: str
    enterprise: str
    topic: str
    text: str
    asked_at: datetime
    left_open: bool
    late: bool
    answer: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
    issue: str | None = None
    told: bool = True
    """False while an answer learnt from another service has not been published as ours."""


State = Visits | Team | Need | Official | Policy | Brochure | Edition | Visit | Question
