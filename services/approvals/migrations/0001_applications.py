"""Campaigns, sessions, applications and licences."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "approvals_0001"
down_revision = None
branch_labels = ("approvals",)
depends_on = ("spine_0001",)


def _text(name: str, *, nullable: bool = False, **options: Any) -> sa.Column[str]:  # noqa: ANN401  (Column options)
    return sa.Column(name, sa.Text(), nullable=nullable, **options)


def _time(name: str) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def upgrade() -> None:
    op.create_table("campaign", _text("campaign", primary_key=True), _text("plan"))
    op.create_table(
        "session",
        _text("session", primary_key=True),
        _time("scheduled_at"),
        _text("venue", nullable=True),
        _time("opened_at"),
        _text("opened_by", nullable=True),
        _time("closed_at"),
    )
    op.create_table(
        "application",
        _text("subject", primary_key=True),
        _text("session", index=True),
        _text("project_code"),
        _text("formality"),
        _text("level"),
        _text("project_name"),
        _text("scope"),
        _text("owner_code"),
        _text("owner_name"),
        _text("withdrawn", nullable=True),
        _text("outcome", nullable=True),
        _text("decision", nullable=True),
        sa.Column("amended", sa.Boolean(), nullable=False),
        sa.Column("licences", sa.Integer(), nullable=False),
    )
    op.create_table(
        "licence",
        _text("issuer", primary_key=True),
        _text("number", primary_key=True),
        _text("subject", index=True),
    )


def downgrade() -> None:
    for table in ("licence", "application", "session", "campaign"):
        op.drop_table(table)
