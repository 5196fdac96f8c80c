"""Drafts to be signed off, every attempt of a delivery, supplements with numbers of their own, a text to search."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "bulletin_0002"
down_revision = "bulletin_0001"
branch_labels = None
depends_on = None


def _text(name: str, *, nullable: bool = False, **options: Any) -> sa.Column[str]:  # noqa: ANN401  (Column options)
    return sa.Column(name, sa.Text(), nullable=nullable, **options)


def _number(name: str, *, primary_key: bool = False, **options: Any) -> sa.Column[int]:  # noqa: ANN401  (likewise)
    return sa.Column(name, sa.Integer(), nullable=False, primary_key=primary_key, autoincrement=False, **options)


def _time(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "draft",
        _text("session", primary_key=True),
        _number("draft", primary_key=True),
        _number("revision"),
        _time("drafted_at"),
        sa.Column("complete", sa.Boolean(), nullable=False),
        _text("cutoff"),
        _text("contents_sha256"),
        _text("reviewed", nullable=True),
        _text("signed", nullable=True),
    )
    op.create_table(
        "attempt",
        _text("session", primary_key=True),
        _number("revision", primary_key=True),
        _text("recipient", primary_key=True),
        _number("number", primary_key=True),
        _time("begun_at"),
        _time("ended_at", nullable=True),
        _text("outcome"),
        _text("answer", nullable=True),
        _number("bytes"),
        _text("pdf_sha256"),
        sa.CheckConstraint(
            "outcome IN ('under_way', 'delivered', 'put_off', 'refused', 'unknown')", name="attempt_outcome"
        ),
    )
    for table in ("issue_number", "edition"):
        op.add_column(table, _text("series", server_default="main"))
        op.alter_column(table, "series", server_default=None)
    op.execute("ALTER TABLE issue_number DROP CONSTRAINT issue_number_pkey, ADD PRIMARY KEY (series, year)")
    op.drop_index("edition_number", "edition")
    op.execute("CREATE UNIQUE INDEX edition_number ON edition (series, year, number) WHERE revision = 0")
    op.add_column("edition", _text("words", server_default=""))
    op.alter_column("edition", "words", server_default=None)
    op.add_column("delivery", _number("resent_after", server_default="0"))
    op.alter_column("delivery", "resent_after", server_default=None)


def downgrade() -> None:
    op.drop_column("delivery", "resent_after")
    op.drop_column("edition", "words")
    op.execute("DELETE FROM edition WHERE series <> 'main'")
    op.execute("DELETE FROM issue_number WHERE series <> 'main'")
    op.drop_index("edition_number", "edition")
    op.execute("CREATE UNIQUE INDEX edition_number ON edition (year, number) WHERE revision = 0")
    op.execute("ALTER TABLE issue_number DROP CONSTRAINT issue_number_pkey, ADD PRIMARY KEY (year)")
    for table in ("issue_number", "edition"):
        op.drop_column(table, "series")
    op.drop_table("attempt")
    op.drop_table("draft")
