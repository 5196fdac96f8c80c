"""A forum's own hour in its session's plan."""

import sqlalchemy as sa
from alembic import op

revision = "forums_0005"
down_revision = "forums_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("forum", sa.Column("forum_at", sa.DateTime(timezone=True)))
    op.add_column("forum", sa.Column("forum_version", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("forum", sa.Column("venue", sa.Text()))


def downgrade() -> None:
    op.drop_column("forum", "venue")
    op.drop_column("forum", "forum_version")
    op.drop_column("forum", "forum_at")
