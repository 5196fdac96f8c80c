"""The hash of the page as printed, where an electronic signature was appended to it."""

import sqlalchemy as sa
from alembic import op

revision = "bulletin_0003"
down_revision = "bulletin_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("edition", sa.Column("printed_sha256", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("edition", "printed_sha256")
