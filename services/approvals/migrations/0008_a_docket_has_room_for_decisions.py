"""A docket's pages have room for the decisions that will be written into its rows."""

from alembic import op

revision = "approvals_0008"
down_revision = "approvals_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE application SET (fillfactor = 30)")


def downgrade() -> None:
    op.execute("ALTER TABLE application RESET (fillfactor)")
