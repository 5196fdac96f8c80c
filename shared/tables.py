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


class Contact(Spine, table=True):
    """Whom to call: the only place with a name and a number, both blank once their days are over (row 89)."""

    __tablename__ = "contact"
    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    unit: str
    unit_name: str
    division: str
    purpose: str
    name: str | None
    phone: str | None
    note: str | None
    noted_at: datetime
    until: datetime
    forgotten_at: datetime | None = None


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
    expires_at: datetime | None = None
    paused_at: datetime | None = None
    resumed_at: datetime | None = None
    last_used_at: datetime | None = None
    """As far as this service knows."""
    test: bool = False
    """Events posted with it are tried out and never recorded."""
    types: str | None = Field(default=None, sa_type=Text)
    """The event types it may post, as a JSON array; without, all that its unit may."""
    label: str | None = None


class Proof(Spine, table=True):
    """A signed request that has been let in: the same one again is a replay (row 75)."""

    __tablename__ = "proof"
    key: str = Field(primary_key=True)
    nonce: str = Field(primary_key=True)
    seen_at: datetime


class Tried(Spine, table=True):
    """An event posted with a test key: part of that key's sandbox, and of nothing else (row 76)."""

    __tablename__ = "tried"
    key: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    position: int = Field(sa_column=Column(BigInteger, Identity(), nullable=False))
    body_sha256: str
    posted: str = Field(sa_type=Text)


class ImportRun(Spine, table=True):
    """A table that somebody has handed in: who, which kind, how far it is (row 77)."""

    __tablename__ = "import_run"
    run: str = Field(primary_key=True)
    kind: str
    name: str
    unit: str
    caller: str = Field(sa_type=Text)
    """The key that handed it in: its rows are posted in the key's name, also after a restart."""
    created_at: datetime
    finished_at: datetime | None = None


class ImportRow(Spine, table=True):
    """One row of it: its cells as they were read, and what became of it."""

    __tablename__ = "import_row"
    run: str = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    cells: str = Field(sa_type=Text)
    status: str
    """pending, recorded, waiting, duplicate, unchanged or refused."""
    problem: str | None = Field(default=None, sa_type=Text)


class Webhook(Spine, table=True):
    """An address to which a unit has its facts sent, and up to where that is done (row 78)."""

    __tablename__ = "webhook"
    webhook: str = Field(primary_key=True)
    key: str
    unit: str
    url: str
    types: str | None = Field(default=None, sa_type=Text)
    secret: str
    cursor: int = Field(sa_type=BigInteger)
    delivered: int = Field(default=0, sa_type=BigInteger)
    failures: int = 0
    """In a row, of the fact that is next."""
    last_answer: str | None = None
    state: str
    """active, paused or gone."""
    due_at: datetime
    created_at: datetime
    old_secret: str | None = None
    """The secret that the present one took the place of; what is sent is signed with both for a while."""
    old_secret_until: datetime | None = None


class WebhookAttempt(Spine, table=True):
    """One sending to an address, and what it answered; the newest of each webhook are kept."""

    __tablename__ = "webhook_attempt"
    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    webhook: str = Field(foreign_key="webhook.webhook", ondelete="CASCADE", index=True)
    sequence: int | None = Field(default=None, sa_type=BigInteger)
    """Of the fact; none, if the address was tried out."""
    tried_at: datetime
    milliseconds: int
    taken: bool
    answer: str


class Link(Spine, table=True):
    """A fact's place in the evidence chain of its session: the hash of the link before it and of the fact (row 80)."""

    __tablename__ = "link"
    sequence: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    session: str
    position: int
    link: str
    sealed_at: datetime | None = None
    seal: str | None = None
    """The service's signature (Ed25519, base64) of the link and the time, if it has a seal."""
    __table_args__ = (Index("link_session_sequence", "session", "sequence"),)
