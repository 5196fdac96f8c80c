"""Facts, closings, issue numbers, editions, deliveries."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "bulletin_0001"
down_revision = None
branch_labels = ("bulletin",)
depends_on = ("spine_0001",)


def _text(name: str, *, nullable: bool = False, **options: Any) -> sa.Column[str]:  # noqa: ANN401  (Column options)
    return sa.Column(name, sa.Text(), nullable=nullable, **options)


def _number(name: str, *, primary_key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, primary_key=primary_key, autoincrement=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "fact",
        _text("event_id", primary_key=True),
        _text("source"),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        _text("type"),
        _text("session", nullable=True, index=True),
        _text("correlation_id"),
        _text("payload"),
        _time("received_at"),
    )
    op.create_index("fact_source_sequence", "fact", ["source", "sequence"], unique=True)
    op.create_table(
        "closing",
        _text("session", primary_key=True),
        _text("campaign"),
        _time("closed_at"),
        _time("due_at"),
        _time("touched_at"),
        _time("examined_at", nullable=True),
        _number("alarmed"),
    )
    op.create_table("issue_number", _number("year", primary_key=True), _number("last"))
    op.create_table(
        "edition",
        _text("session", primary_key=True),
        _number("revision", primary_key=True),
        _number("year"),
        _number("number"),
        _time("issued_at"),
        _time("due_at"),
        sa.Column("complete", sa.Boolean(), nullable=False),
        _text("sha256"),
        _text("canonical"),
        _text("pdf_sha256"),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
    )
    op.execute("CREATE UNIQUE INDEX edition_number ON edition (year, number) WHERE revision = 0")
    op.create_table(
        "delivery",
        _text("session", primary_key=True),
        _number("revision", primary_key=True),
        _text("recipient", primary_key=True),
        _text("channel"),
        _text("address"),
        _text("state"),
        _number("attempts"),
        _time("next_at"),
        _time("claimed_until", nullable=True),
        _text("error", nullable=True),
        _text("message_id"),
        _time("delivered_at", nullable=True),
        sa.CheckConstraint("state IN ('queued', 'sending', 'delivered', 'unknown', 'failed')", name="delivery_state"),
    )


def downgrade() -> None:
    for table in ("delivery", "edition", "issue_number", "closing", "fact"):
        op.drop_table(table)
