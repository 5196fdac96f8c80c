"""The end of an evidence chain is found by one step down an index."""

from alembic import op

revision = "spine_0005"
down_revision = "spine_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("link_session_sequence", "link", ["session", "sequence"])
    op.drop_index("ix_link_session", "link")


def downgrade() -> None:
    op.create_index("ix_link_session", "link", ["session"])
    op.drop_index("link_session_sequence", "link")
