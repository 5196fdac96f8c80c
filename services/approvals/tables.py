"""The approvals service's tables."""

from datetime import date, datetime

from sqlalchemy import Index, Text, text
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


class Session(Table, table=True):
    """A session's life."""

    __tablename__ = "session"
    session: str = Field(primary_key=True)
    scheduled_at: datetime | None
    venue: str | None
    opened_at: datetime | None
    opened_by: str | None
    closed_at: datetime | None
    docket_locked_at: datetime | None
    owners: str | None = Field(sa_type=Text)
    """Formalities given to another bureau here than in the plan, as JSON."""
    venue_kind: str | None
    actions: str | None = Field(sa_type=Text)
    """The plan of its actions, as JSON."""
    cancelled_at: datetime | None
    ready_at: datetime | None
    moves: int = 0
    bulletin_number: int | None
    bulletin_issued_at: datetime | None
    """What the bulletin service has told: the number and hour of the session's first edition."""


class Application(Table, table=True):
    """An application's life: the row is the ledger's line."""

    __tablename__ = "application"
    subject: str = Field(primary_key=True)
    session: str = Field(index=True)
    project_code: str
    formality: str
    level: str
    project_name: str
    scope: str
    owner_code: str
    owner_name: str
    withdrawn: str | None
    outcome: str | None
    decision: str | None = Field(sa_type=Text)
    amended: bool
    licences: int
    postponed: str | None
    # Every row is decided once, and is three times as long then: with room for it, the indexes need not be told.
    __table_args__ = {"postgresql_with": {"fillfactor": 30}}


class Licence(Table, table=True):
    """A licence issued on the spot; an issuer uses a number once."""

    __tablename__ = "licence"
    issuer: str = Field(primary_key=True)
    number: str = Field(primary_key=True)
    subject: str = Field(index=True)


class FollowUp(Table, table=True):
    """What follows an application's decision; `next_at` is when the clock brings its next fact."""

    __tablename__ = "followup"
    subject: str = Field(primary_key=True)
    session: str = Field(index=True)
    state: str | None
    due: date | None
    next_at: datetime | None
    record: str = Field(sa_type=Text)
    """The follow-up as JSON."""
    __table_args__ = (Index("followup_next", "next_at", postgresql_where=text("next_at IS NOT NULL")),)


class Departure(Table, table=True):
    """An application that left a session's docket for another's; the first session's ledger keeps it."""

    __tablename__ = "departure"
    session: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    reason: str
    withdrawn: bool


class Prereview(Table, table=True):
    """The pre-review in force of an application."""

    __tablename__ = "prereview"
    subject: str = Field(primary_key=True)
    session: str = Field(index=True)
    passed: bool
    reviewer: str
    opinion: str
    reviewed_at: datetime
    since: datetime
    present: str = Field(sa_type=Text)
    """Materials, as a JSON list."""
    lacking: str = Field(sa_type=Text)


class Project(Table, table=True):
    """A project of a campaign, as it was docketed last; a code stands for one."""

    __tablename__ = "project"
    campaign: str = Field(primary_key=True)
    project_code: str = Field(primary_key=True, index=True)
    name: str
    scope: str
    owner_code: str
    owner_name: str


class Place(Table, table=True):
    """An enterprise's place in a session's queue; a number is one enterprise's."""

    __tablename__ = "place"
    session: str = Field(primary_key=True)
    owner_code: str = Field(primary_key=True)
    owner_name: str
    number: int
    stage: str
    since: datetime | None
    seated_at: datetime | None
    skips: int
    __table_args__ = (Index("place_number", "session", "number", unique=True),)


class Document(Table, table=True):
    """A document number in use, and the project it is for."""

    __tablename__ = "document"
    issuer: str = Field(primary_key=True)
    number: str = Field(primary_key=True)
    project_code: str


class Seating(Table, table=True):
    """Units the host gave a seat beside those the docket needs."""

    __tablename__ = "seating"
    session: str = Field(primary_key=True)
    units: str = Field(sa_type=Text)
    """Credit codes, as a JSON list."""


class Duty(Table, table=True):
    """How a unit's duty stands; without a moment it is open, having been taken back."""

    __tablename__ = "duty"
    campaign: str = Field(primary_key=True)
    session: str = Field(primary_key=True)
    """Nothing for what is owed once."""
    duty: str = Field(primary_key=True)
    unit: str = Field(primary_key=True)
    fulfilled_at: datetime | None
    note: str | None
    evidence: str | None
    """The fact that shows it, if the unit has not said so itself."""
    untold: bool
    """Shown by another service's fact, and not published yet."""


class Saying(Table, table=True):
    """The newest word of what is told again when it has changed: what is lacking of a venue, of seats, of vehicles."""

    __tablename__ = "saying"
    session: str = Field(primary_key=True)
    type: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    version: int
    lacking: str | None


class Untold(Table, table=True):
    """A session whose date or place changed: what is still to be told, and what was told last."""

    __tablename__ = "untold"
    session: str = Field(primary_key=True)
    reason: str | None
    changes: int
    """Since the last notice; none if there is nothing to tell."""
    since: datetime | None
    due_at: datetime | None
    """When the notice goes out, unless there is another change before."""
    notices: int = 0
    told: str | None = Field(sa_type=Text)
    """The last notice's data."""


class Notice(Table, table=True):
    """A notice as it was sent."""

    __tablename__ = "notice"
    session: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    sent_at: datetime
    data: str = Field(sa_type=Text)
