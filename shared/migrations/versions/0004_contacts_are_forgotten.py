"""Contacts beside the facts: names and numbers that are forgotten in time."""

import sqlalchemy as sa
from alembic import op

revision = "spine_0004"
down_revision = "spine_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("unit", "unit_name", "division", "purpose")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("name", "phone", "note")),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in ("noted_at", "until")),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
    )


def downgrade() -> None:
    op.drop_table("contact")
