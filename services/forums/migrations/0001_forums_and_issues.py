"""Campaigns, forums and issues."""

import sqlalchemy as sa
from alembic import op

revision = "forums_0001"
down_revision = None
branch_labels = ("forums",)
depends_on = ("spine_0001",)


def upgrade() -> None:
    op.create_table(
        "campaign",
        sa.Column("campaign", sa.Text(), primary_key=True),
        sa.Column("plan", sa.Text(), nullable=False),
    )
    op.create_table(
        "forum",
        sa.Column("session", sa.Text(), primary_key=True),
        sa.Column("held_at", sa.DateTime(timezone=True)),
        sa.Column("issues", sa.Integer()),
    )
    op.create_table(
        "issue",
        sa.Column("session", sa.Text(), sa.ForeignKey("forum.session"), primary_key=True),
        sa.Column("issue", sa.Text(), primary_key=True),
        sa.Column("enterprise", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
    )


def downgrade() -> None:
    for table in ("issue", "forum", "campaign"):
        op.drop_table(table)
