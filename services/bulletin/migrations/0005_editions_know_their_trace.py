"""The trace context an edition was printed in: its deliveries go on in the same trace (row 84)."""

import sqlalchemy as sa
from alembic import op

revision = "bulletin_0005"
down_revision = "bulletin_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("edition", sa.Column("traceparent", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("edition", "traceparent")
