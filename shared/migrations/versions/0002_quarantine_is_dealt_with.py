"""What becomes of a message in quarantine: mended, replayed or dismissed, by whom and why."""

import sqlalchemy as sa
from alembic import op

revision = "spine_0002"
down_revision = "spine_0001"
branch_labels = None
depends_on = None

_TEXTS = ("mended", "note", "error", "wanted_by", "settled_by")


def upgrade() -> None:
    op.add_column("quarantine", sa.Column("state", sa.Text(), nullable=False, server_default="waiting"))
    op.add_column("quarantine", sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
    for name in _TEXTS:
        op.add_column("quarantine", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("quarantine", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
    # The few that are not dealt with are counted every two seconds.
    op.create_index("quarantine_waiting", "quarantine", ["id"], postgresql_where=sa.text("state = 'waiting'"))


def downgrade() -> None:
    op.drop_index("quarantine_waiting", "quarantine")
    for name in ("settled_at", *_TEXTS, "attempts", "state"):
        op.drop_column("quarantine", name)
