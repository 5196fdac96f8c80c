"""The spine's tables, the same in every service's database."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Identity, Index, Text, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Spine(SQLModel, registry=registry()):
    """Base of the spine's tables; its metadata migrates beside the service's own."""


class Outbox(Spine, table=True):
    """Every fact this service has published or will: the record of truth, never deleted.

    `sequence` is gapless and in commit order: it is taken from OutboxCounter inside the writing transaction.
    """

    __tablename__ = "outbox"
    sequence: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    event_id: str
    type: str
    subject: str
    version: int
    correlation_id: str
    envelope: str = Field(sa_type=Text)
    """The CloudEvent as JSON text, without its sequence."""
    recorded_at: datetime
    # Two writers that decide about the same aggregate at once collide here, and the later one decides again.
    __table_args__ = (Index("outbox_subject_version", "subject", "version", unique=True),)


class OutboxCounter(Spine, table=True):
    """The one row that numbers facts (`last`) and says up to which one the stream has them (`published`)."""

    __tablename__ = "outbox_counter"
    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    last: int = Field(default=0, sa_type=BigInteger)
    published: int = Field(default=0, sa_type=BigInteger)


class Receipt(Spine, table=True):
    """What was answered to a posted event; (source, id) is the idempotency key."""

    __tablename__ = "receipt"
    source: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    body_sha256: str
    status: str
    receipt: str = Field(sa_type=Text)
    received_at: datetime


class Waiting(Spine, table=True):
    """A posted event whose predecessor has not arrived yet (row 82)."""

    __tablename__ = "waiting"
    source: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    needs: str = Field(index=True)
    posted: str = Field(sa_type=Text)
    received_at: datetime


class Inbox(Spine, table=True):
    """Which facts a consumer has applied; written in the same transaction as their effect."""

    __tablename__ = "inbox"
    consumer: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    applied_at: datetime


class Quarantine(Spine, table=True):
    """A message that can never be applied as it is, kept whole with the reason until a person mends it (row 85)."""

    __tablename__ = "quarantine"
    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    consumer: str
    subject: str
    stream_sequence: int = Field(sa_type=BigInteger)
    payload: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    quarantined_at: datetime
    state: str = Field(default="waiting", sa_column_kwargs={"server_default": "waiting"})
    """waiting, replayed or dismissed."""
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How often it has been replayed."""
    mended: str | None = Field(default=None, sa_type=Text)
    """The message with its data mended, which is replayed in its stead."""
    note: str | None = None
    """Why it was mended or dismissed."""
    error: str | None = None
    """Why the last replay failed."""
    wanted_by: str | None = None
    """Who has asked for it to be replayed."""
    settled_by: str | None = None
    settled_at: datetime | None = None
    __table_args__ = (
        Index("quarantine_once", "consumer", "stream_sequence", unique=True),
        Index("quarantine_waiting", "id", postgresql_where=text("state = 'waiting'")),
    )


class Key(Spine, table=True):
    """A unit's key as this service knows it: the secret's hash, never the secret."""

    __tablename__ = "key"
    key: str = Field(primary_key=True)
    secret_sha256: str = Field(unique=True)
    unit: str
    unit_name: str
    role: str
    level: str
    division: str
    issued_at: datetime
    revoked_at: datetime | None = None
