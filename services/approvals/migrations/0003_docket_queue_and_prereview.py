"""Dockets are locked and left, materials pre-reviewed, enterprises queued, document numbers and seats kept."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "approvals_0003"
down_revision = "approvals_0002"
branch_labels = None
depends_on = None


def _text(name: str, *, nullable: bool = False, **options: Any) -> sa.Column[str]:  # noqa: ANN401  (Column options)
    return sa.Column(name, sa.Text(), nullable=nullable, **options)


def _time(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.add_column("session", _time("docket_locked_at", nullable=True))
    op.add_column("application", _text("postponed", nullable=True))
    op.create_table(
        "departure",
        _text("session", primary_key=True),
        _text("subject", primary_key=True),
        _text("reason"),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "prereview",
        _text("subject", primary_key=True),
        _text("session", index=True),
        sa.Column("passed", sa.Boolean(), nullable=False),
        _text("reviewer"),
        _text("opinion"),
        _time("reviewed_at"),
        _time("since"),
        _text("present"),
        _text("lacking"),
    )
    op.create_table(
        "place",
        _text("session", primary_key=True),
        _text("owner_code", primary_key=True),
        _text("owner_name"),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("stage"),
        _time("since", nullable=True),
        _time("seated_at", nullable=True),
        sa.Column("skips", sa.Integer(), nullable=False),
    )
    op.create_index("place_number", "place", ["session", "number"], unique=True)
    op.create_table(
        "document", _text("issuer", primary_key=True), _text("number", primary_key=True), _text("project_code")
    )
    op.create_table("seating", _text("session", primary_key=True), _text("units"))


def downgrade() -> None:
    for table in ("seating", "document", "place", "prereview", "departure"):
        op.drop_table(table)
    op.drop_column("application", "postponed")
    op.drop_column("session", "docket_locked_at")
