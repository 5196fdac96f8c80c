"""Duties that a fact showed done are open again when it is told anew and worse; a project is found by its code."""

import sqlalchemy as sa
from alembic import op

revision = "approvals_0007"
down_revision = "approvals_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    keys = ("session", "type", "subject")
    op.create_table(
        "saying",
        *(sa.Column(one, sa.Text(), primary_key=True) for one in keys),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("lacking", sa.Text()),
    )
    op.create_index("ix_project_project_code", "project", ["project_code"])


def downgrade() -> None:
    op.drop_index("ix_project_project_code", "project")
    op.drop_table("saying")
