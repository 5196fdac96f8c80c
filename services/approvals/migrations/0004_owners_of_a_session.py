"""A session may have other owners of formalities than its campaign's plan."""

import sqlalchemy as sa
from alembic import op

revision = "approvals_0004"
down_revision = "approvals_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("session", sa.Column("owners", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("session", "owners")
