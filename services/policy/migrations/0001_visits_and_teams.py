"""Campaigns, visits and teams."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "policy_0001"
down_revision = None
branch_labels = ("policy",)
depends_on = ("spine_0001",)


def upgrade() -> None:
    op.create_table(
        "campaign",
        sa.Column("campaign", sa.Text(), primary_key=True),
        sa.Column("plan", sa.Text(), nullable=False),
    )
    op.create_table(
        "visits",
        sa.Column("session", sa.Text(), primary_key=True),
        sa.Column("concluded_at", sa.DateTime(timezone=True)),
        sa.Column("teams", sa.Integer()),
    )
    op.create_table(
        "team",
        sa.Column("session", sa.Text(), sa.ForeignKey("visits.session"), primary_key=True),
        sa.Column("team", sa.Text(), primary_key=True),
        sa.Column("leader", JSONB(), nullable=False),
        sa.Column("liaison", JSONB(), nullable=False),
        sa.Column("members", JSONB(), nullable=False),
        sa.Column("topics", JSONB(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
    )


def downgrade() -> None:
    for table in ("team", "visits", "campaign"):
        op.drop_table(table)
