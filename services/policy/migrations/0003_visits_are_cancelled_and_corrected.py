"""Planned visits may be called off, logged ones corrected; both with the reason."""

import sqlalchemy as sa
from alembic import op

revision = "policy_0003"
down_revision = "policy_0002"
branch_labels = None
depends_on = None

_REASONS = ("cancelled", "corrected")


def upgrade() -> None:
    for name in _REASONS:
        op.add_column("visit", sa.Column(name, sa.Text()))


def downgrade() -> None:
    for name in _REASONS:
        op.drop_column("visit", name)
