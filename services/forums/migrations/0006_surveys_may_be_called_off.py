"""A survey may be called off, and what was told of one may be put right."""

import sqlalchemy as sa
from alembic import op

revision = "forums_0006"
down_revision = "forums_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("survey", "held_at", nullable=True)
    op.add_column("survey", sa.Column("corrections", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("survey", sa.Column("called_off_at", sa.DateTime(timezone=True)))
    for name in ("correction", "called_off", "called_off_by"):
        op.add_column("survey", sa.Column(name, sa.Text()))


def downgrade() -> None:
    op.execute("DELETE FROM survey WHERE held_at IS NULL")
    for name in ("called_off_by", "called_off_at", "called_off", "correction", "corrections"):
        op.drop_column("survey", name)
    op.alter_column("survey", "held_at", nullable=False)
