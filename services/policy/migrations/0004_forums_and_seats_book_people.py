"""Who is at the forum and when, as heard from the forums service, with the newest version of each thing heard."""

import sqlalchemy as sa
from alembic import op

revision = "policy_0004"
down_revision = "policy_0003"
branch_labels = None
depends_on = None

_WINDOW = ("forum_from", "forum_until")


def upgrade() -> None:
    for name in _WINDOW:
        op.add_column("visits", sa.Column(name, sa.DateTime(timezone=True)))
    op.create_table(
        "heard_of",
        sa.Column("subject", sa.Text(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "attendee",
        sa.Column("session", sa.Text(), primary_key=True),
        sa.Column("participant", sa.Text(), primary_key=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("attendee")
    op.drop_table("heard_of")
    for name in _WINDOW:
        op.drop_column("visits", name)
