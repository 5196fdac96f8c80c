"""The pieces of an edition that tell what happened beside the approvals, and what was left open before."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict


class Piece(BaseModel):
    """A frozen piece of an edition."""

    model_config = ConfigDict(frozen=True)


class Issue(Piece):
    """An issue raised at the forum, and what became of it on the spot."""

    issue: str
    enterprise: str
    topic: str
    text: str
    on_the_spot: bool = False
    """Answered on the day it was raised, before any dispatch."""
    answer: str | None = None
    answered_by: str | None = None
    lead: str | None = None
    """The unit it was handed to."""
    assisting: tuple[str, ...] = ()
    due: date | None = None


class Attendance(Piece):
    """How many persons of one class were planned for the forum and came, substitutes included."""

    kind: str
    planned: int
    present: int


class Forum(Piece):
    """That the forum was held, and what beside the issues is counted there."""

    held_at: datetime
    speakers: int = 0
    """Who spoke for enterprises."""
    consultations: int = 0
    """At the policy seats."""


class Team(Piece):
    """A policy team of the session; people by name, units by name."""

    team: str
    leader: str
    liaison: str
    members: tuple[str, ...]
    topics: tuple[str, ...]
    enterprises: tuple[str, ...] = ()
    """Whom it visited, in the order of the visits."""


class Visits(Piece):
    """The policy teams' day in figures."""

    visits: int
    enterprises: int
    questions: int
    left_open: int
    """Of the questions, those nobody could answer there: they became issues."""
    brochures: int = 0
    """Kinds of brochures handed out."""
    satisfied: int = 0
    fair: int = 0
    dissatisfied: int = 0


class Survey(Piece):
    """A project visited on the day (notice §二(三)); the page leaves the section out where there is none."""

    project_name: str
    place: str | None = None
    owner_name: str | None = None
    summary: str | None = None
    investment: str | None = None
    findings: tuple[str, ...] = ()


class SurveyDay(Piece):
    """The survey as a whole: when, who came along, who explained, how the collective start stands."""

    held_at: datetime
    started_at: datetime | None = None
    presented_by: tuple[str, ...] = ()
    situation: str | None = None
    city: int = 0
    banner: int = 0
    owners: int = 0


class Cancelled(Piece):
    """A session of the campaign that was not held."""

    session_name: str
    reason: str


class Progress(Piece):
    """How an item that an earlier session left open stands now."""

    item: str
    state: str
    session_name: str = ""
    unit: str = ""
    overdue: bool = False


class FollowedUp(Piece):
    """What all earlier sessions left open of one kind, in figures."""

    kind: str
    """deferred, forwarded or issues."""
    total: int
    done: int
    ended: int
    """Deferred: revoked; forwarded: refused by the higher body."""
    overdue: int
    """Deferred: past their date and still lacking something; issues: under supervision 督办."""

    @property
    def pending(self) -> int:
        return self.total - self.done - self.ended - self.overdue
