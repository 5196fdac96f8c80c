"""Tables of the issues raised."""

from datetime import date, datetime

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.forums.tables.base import Table


class Issue(Table, table=True):
    """An issue as it stands; what each field means is said in domain/issue.py."""

    __tablename__ = "issue"
    session: str = Field(primary_key=True, foreign_key="forum.session")
    issue: str = Field(primary_key=True)
    enterprise: str
    topic: str
    text: str = Field(sa_type=Text)
    raised_at: datetime
    late: bool
    """Recorded after the forum was held, so not in its count."""
    source: str
    state: str
    owner: str | None = None
    due: date | None = None
    first_due: date
    enterprise_code: str | None = None
    origin: str | None = None
    suggested: list[str] = Field(sa_type=JSONB)
    lead: str | None = None
    assisting: list[str] = Field(sa_type=JSONB)
    dispatched_at: datetime | None = None
    objected_at: datetime | None = None
    objects_for: str | None = None
    objection: str | None = None
    asked_until: date | None = None
    asked_why: str | None = None
    responded_at: datetime | None = None
    answer: str | None = None
    answered_by: str | None = None
    answerer: str | None = None
    answered_at: datetime | None = None
    on_the_spot: bool
    in_time: bool | None = None
    resolution: str | None = None
    feedback: str | None = None
    feedback_by: str | None = None
    feedback_note: str | None = None
    feedback_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    next_at: datetime | None = Field(default=None, index=True)
    escalated: bool
    escalations: int
    reopened: int
    reassigned: int
    notices: int = 0


class Notice(Table, table=True):
    """A unit was told of a step of an issue; what each field means is said in domain/notices.py."""

    __tablename__ = "notice"
    session: str = Field(primary_key=True, foreign_key="forum.session")
    issue: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    unit: str = Field(primary_key=True, index=True)
    kind: str
    cause: str
    told_at: datetime
    due: date | None = None
    seen_at: datetime | None = None
    seen_by: str | None = None


class Question(Table, table=True):
    """A question a policy visit left open, as heard from the policy service: it becomes an issue."""

    __tablename__ = "question"
    session: str = Field(primary_key=True)
    question: str = Field(primary_key=True)
    data: str | None = Field(default=None, sa_type=Text)
    """The data of its QuestionLeftOpen event; its answer may come first."""
    issue: str | None = None
    """The issue it has become."""
    answer: str | None = Field(default=None, sa_type=Text)
    """The data of its QuestionAnswered event, when the policy team answered it later."""
    done: bool = False
    """Whether the answer has been taken over, or can no longer be."""
