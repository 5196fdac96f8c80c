"""The bulletin service's tables."""

from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Text, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

BROUGHT_ANOTHER: Final = "position('/' in event_id) > 0 AND right(event_id, length(correlation_id)) <> correlation_id"
"""Of a posted event's fact, whose id ends with the one it was posted with: its correlation id is another."""
ANNOUNCES: Final = (
    "type IN ('chunfeng.session.scheduled.v1', 'chunfeng.session.rescheduled.v1', 'chunfeng.session.cancelled.v1',"
    " 'chunfeng.session.opened.v1')"
)
"""Of facts that tell when a session is, or that it has begun."""
# What ends with /id begins, read backwards, with di/: from there up to the character after the stroke.
OF_AN_EVENT: Final = (
    f"(correlation_id = {{id}} OR event_id = {{id}} OR ({BROUGHT_ANOTHER}"
    " AND reverse(event_id) > reverse({id}) || '/' AND reverse(event_id) < reverse({id}) || '0'))"
)
"""Of the facts that an id stands for, each way by an index: an event's, its correlation id, or a fact's own."""


class Table(SQLModel, registry=registry()):
    """Base of this service's tables."""


class FactRow(Table, table=True):
    """A fact as it came: this table is the inbox and all there is to rebuild from."""

    __tablename__ = "fact"
    event_id: str = Field(primary_key=True)
    source: str
    sequence: int = Field(sa_type=BigInteger)
    type: str
    session: str | None = Field(index=True)
    correlation_id: str
    payload: str = Field(sa_type=Text)
    received_at: datetime
    __table_args__ = (
        Index("fact_source_sequence", "source", "sequence", unique=True),
        # By what operators ask for: an event's correlation id, or its own where it brought another one along; what was
        # said of a subject; the newest first.
        Index("fact_correlation", "correlation_id"),
        Index("fact_own_id", text("reverse(event_id)"), postgresql_where=text(BROUGHT_ANOTHER)),
        Index("fact_subject", text("(payload::json->>'subject')")),
        Index("fact_newest", "received_at"),
        Index("fact_announces", "session", postgresql_where=text(ANNOUNCES)),
    )


class ClosingRow(Table, table=True):
    """A closed session: the deadline of record."""

    __tablename__ = "closing"
    session: str = Field(primary_key=True)
    campaign: str
    closed_at: datetime
    due_at: datetime
    touched_at: datetime
    examined_at: datetime | None
    """When the clock last decided about it; from `touched_at` on, nothing is left to decide."""
    alarmed: int


class IssueNumber(Table, table=True):
    """The last number of a series in a year; its row lock makes the numbers gapless."""

    __tablename__ = "issue_number"
    series: str = Field(primary_key=True)
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    last: int


class EditionRow(Table, table=True):
    """An issued edition with its canonical JSON and its PDF: never changed once written."""

    __tablename__ = "edition"
    session: str = Field(primary_key=True)
    revision: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    series: str
    """main, or supplement: 增刊 have numbers of their own."""
    year: int
    number: int
    issued_at: datetime
    due_at: datetime
    complete: bool
    sha256: str
    canonical: str = Field(sa_type=Text)
    words: str = Field(sa_type=Text)
    """Everything it says as plain text, for the search."""
    pdf_sha256: str
    printed_sha256: str | None
    """Of the page as printed, where an electronic signature was appended to it."""
    traceparent: str | None = None
    """The trace it was printed in; no part of what it says."""
    pdf: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class DraftRow(Table, table=True):
    """A draft put up for review and sign-off."""

    __tablename__ = "draft"
    session: str = Field(primary_key=True)
    draft: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    revision: int
    drafted_at: datetime
    complete: bool
    cutoff: str = Field(sa_type=Text)
    contents_sha256: str
    reviewed: str | None = Field(sa_type=Text)
    """The data of its BulletinReviewed event."""
    signed: str | None = Field(sa_type=Text)
    """The data of its BulletinSignedOff event."""


class AttemptRow(Table, table=True):
    """One attempt at a delivery, written when it begins."""

    __tablename__ = "attempt"
    session: str = Field(primary_key=True)
    revision: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    recipient: str = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    begun_at: datetime
    ended_at: datetime | None
    outcome: str
    """under_way, delivered, put_off, refused or unknown."""
    answer: str | None
    bytes: int
    pdf_sha256: str


class DeliveryRow(Table, table=True):
    """One edition on its way to one recipient."""

    __tablename__ = "delivery"
    session: str = Field(primary_key=True)
    revision: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    recipient: str = Field(primary_key=True)
    channel: str
    address: str
    state: str
    """queued, sending, delivered, unknown or failed; unknown too is tried again as long as attempts are left."""
    attempts: int
    resent_after: int
    """Attempts made before a person last had it sent again: the schedule counts from there."""
    next_at: datetime
    claimed_until: datetime | None
    """Real time until which the process that sends it may take; after that it has died."""
    error: str | None
    message_id: str
    delivered_at: datetime | None
