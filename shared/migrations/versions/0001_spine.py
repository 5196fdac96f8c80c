"""The spine's tables: outbox, receipts, waiting, inbox, quarantine, keys."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "spine_0001"
down_revision = None
branch_labels = ("spine",)
depends_on = None


def _text(name: str, **options: Any) -> sa.Column[str]:  # noqa: ANN401  (Column options)
    return sa.Column(name, sa.Text(), nullable=False, **options)


def _time(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("sequence", sa.BigInteger(), primary_key=True, autoincrement=False),
        _text("event_id"),
        _text("type"),
        _text("subject"),
        sa.Column("version", sa.Integer(), nullable=False),
        _text("correlation_id"),
        _text("envelope"),
        _time("recorded_at"),
    )
    op.create_index("outbox_subject_version", "outbox", ["subject", "version"], unique=True)
    op.create_table(
        "outbox_counter",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("published", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1 AND published <= last", name="outbox_counter_is_one_row"),
    )
    op.execute("INSERT INTO outbox_counter (id, last, published) VALUES (1, 0, 0)")
    op.create_table(
        "receipt",
        _text("source", primary_key=True),
        _text("event_id", primary_key=True),
        _text("body_sha256"),
        _text("status"),
        _text("receipt"),
        _time("received_at"),
    )
    op.create_table(
        "waiting",
        _text("source", primary_key=True),
        _text("event_id", primary_key=True),
        _text("needs", index=True),
        _text("posted"),
        _time("received_at"),
    )
    op.create_table(
        "inbox",
        _text("consumer", primary_key=True),
        _text("event_id", primary_key=True),
        _time("applied_at"),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        _text("consumer"),
        _text("subject"),
        sa.Column("stream_sequence", sa.BigInteger(), nullable=False),
        _text("payload"),
        _text("reason"),
        _time("quarantined_at"),
    )
    op.create_index("quarantine_once", "quarantine", ["consumer", "stream_sequence"], unique=True)
    op.create_table(
        "key",
        _text("key", primary_key=True),
        _text("secret_sha256", unique=True),
        _text("unit"),
        _text("unit_name"),
        _text("role"),
        _text("level"),
        _text("division"),
        _time("issued_at"),
        _time("revoked_at", nullable=True),
    )


def downgrade() -> None:
    for table in ("key", "quarantine", "inbox", "waiting", "receipt", "outbox_counter", "outbox"):
        op.drop_table(table)
