"""The policy service's tables."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Table(SQLModel, registry=registry()):
    """Base of this service's tables."""


class Campaign(Table, table=True):
    """A campaign as planned."""

    __tablename__ = "campaign"
    campaign: str = Field(primary_key=True)
    plan: str = Field(sa_type=Text)
    """The data of its CampaignPlanned event."""


class Visits(Table, table=True):
    """A banner session's day of visits."""

    __tablename__ = "visits"
    session: str = Field(primary_key=True)
    concluded_at: datetime | None = None
    teams: int | None = None
    """Teams assigned by the time it was concluded: the control total of its bulletin."""
    visits: int | None = None
    questions: int | None = None
    left_open: int | None = None
    starts_at: datetime | None = None
    seats_until: datetime | None = None
    forum_from: datetime | None = None
    forum_until: datetime | None = None
    """When the forum's agenda begins and ends, once it is set."""


class HeardOf(Table, table=True):
    """The newest version heard of what another service says anew as a whole."""

    __tablename__ = "heard_of"
    subject: str = Field(primary_key=True)
    version: int


class Attendee(Table, table=True):
    """Somebody at a session's forum; without unit and name, somebody who is there no more."""

    __tablename__ = "attendee"
    session: str = Field(primary_key=True)
    participant: str = Field(primary_key=True)
    unit: str
    name: str
    version: int


class Team(Table, table=True):
    """A policy team as it stands; people are given with the credit code of their unit."""

    __tablename__ = "team"
    session: str = Field(primary_key=True, foreign_key="visits.session")
    team: str = Field(primary_key=True)
    leader: dict[str, Any] = Field(sa_type=JSONB)
    liaison: dict[str, Any] = Field(sa_type=JSONB)
    members: list[dict[str, Any]] = Field(sa_type=JSONB)
    topics: list[str] = Field(sa_type=JSONB)
    late: bool
    """Recorded after the visits were concluded, so not in their count."""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    uncovered: list[str] = Field(sa_type=JSONB)
    reason: str | None = None


class Slot(Table, table=True):
    """What a person is booked for; replaced with everything else of the same `ref`."""

    __tablename__ = "slot"
    ref: str = Field(primary_key=True)
    unit: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    starts_at: datetime = Field(primary_key=True)
    ends_at: datetime
    session: str
    booking: str
    label: str
    __table_args__ = (Index("slot_person", "unit", "name"), Index("slot_session", "session"))


class Need(Table, table=True):
    """An enterprise's wish to know about a policy."""

    __tablename__ = "need"
    session: str = Field(primary_key=True, foreign_key="visits.session")
    need: str = Field(primary_key=True)
    enterprise: str
    enterprise_code: str
    topic: str
    question: str | None = Field(sa_type=Text)
    unit: str
    withdrawn: str | None = None


class Official(Table, table=True):
    """Somebody a unit has named for policy teams."""

    __tablename__ = "official"
    campaign: str = Field(primary_key=True)
    unit: str = Field(primary_key=True)
    official: str = Field(primary_key=True)
    name: str
    standing: str
    post: str


class Policy(Table, table=True):
    """A policy of the library."""

    __tablename__ = "policy"
    policy: str = Field(primary_key=True)
    title: str
    level: str
    issuer: str
    number: str
    issued_on: date
    effective_on: date | None = None
    valid_until: date | None = None
    topics: list[str] = Field(sa_type=JSONB)
    summary: str = Field(sa_type=Text)
    text: str | None = Field(default=None, sa_type=Text)
    file_sha256: str | None = None
    file_name: str | None = None
    source: str | None = None
    unit: str
    unit_name: str
    repealed_on: date | None = None
    repealed_why: str | None = None
    words: str = Field(default="", sa_type=Text)
    """Title, number, issuer, summary and text as searched: see docs/decisions/0012."""
    __table_args__ = (Index("policy_number", "number", "issuer", unique=True),)


class File(Table, table=True):
    """A file handed in, by its hash; what refers to it is a fact, the file itself is not."""

    __tablename__ = "file"
    sha256: str = Field(primary_key=True)
    media_type: str
    content: bytes = Field(sa_type=LargeBinary)
    unit: str
    received_at: datetime


class Brochure(Table, table=True):
    """A department's brochure on a topic; its code leads to its newest edition."""

    __tablename__ = "brochure"
    code: str = Field(primary_key=True)
    campaign: str
    department: str
    department_name: str
    topic: str
    edition: int
    published_at: datetime
    title: str
    __table_args__ = (Index("brochure_subject", "campaign", "department", "topic", unique=True),)


class Edition(Table, table=True):
    """One edition of a brochure, with the data of its BrochurePublished."""

    __tablename__ = "edition"
    code: str = Field(primary_key=True, foreign_key="brochure.code")
    edition: int = Field(primary_key=True)
    published_at: datetime
    fact: dict[str, Any] = Field(sa_type=JSONB)


class Printed(Table, table=True):
    """The PDF on file of an edition; it can be printed again from its fact, to the same bytes."""

    __tablename__ = "printed"
    code: str = Field(primary_key=True)
    edition: int = Field(primary_key=True)
    sha256: str
    pages: int
    content: bytes = Field(sa_type=LargeBinary)
    address: str
    """What its QR code holds."""
    printed_at: datetime


class Scan(Table, table=True):
    """How often a code was opened on a day; of whom or from where nothing is kept."""

    __tablename__ = "scan"
    code: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    scans: int
    told: bool = False
    """True once the day's count has been published."""


class Visit(Table, table=True):
    """A visit as planned, and as it was made."""

    __tablename__ = "visit"
    session: str = Field(primary_key=True, foreign_key="visits.session")
    visit: str = Field(primary_key=True)
    team: str
    enterprise: str
    enterprise_code: str
    topics: list[str] = Field(sa_type=JSONB)
    planned_from: datetime | None = None
    planned_until: datetime | None = None
    place: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    brochures: list[str] = Field(sa_type=JSONB)
    received_by: str | None = None
    feedback: str | None = None
    note: str | None = Field(default=None, sa_type=Text)
    late: bool
    cancelled: str | None = None
    corrected: str | None = None


class Question(Table, table=True):
    """What an enterprise asked during a visit."""

    __tablename__ = "question"
    session: str = Field(primary_key=True, foreign_key="visits.session")
    question: str = Field(primary_key=True)
    team: str
    visit: str
    enterprise: str
    topic: str
    text: str = Field(sa_type=Text)
    asked_at: datetime
    left_open: bool
    late: bool
    answer: str | None = Field(default=None, sa_type=Text)
    answered_by: str | None = None
    answered_at: datetime | None = None
    issue: str | None = None
    told: bool
