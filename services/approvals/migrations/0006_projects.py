"""Projects have a registry; those on a docket already are entered into it."""

import sqlalchemy as sa
from alembic import op

revision = "approvals_0006"
down_revision = "approvals_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    names = ("campaign", "project_code", "name", "scope", "owner_code", "owner_name")
    op.create_table(
        "project", *(sa.Column(one, sa.Text(), nullable=False, primary_key=one in names[:2]) for one in names)
    )
    op.execute("""
        INSERT INTO project (campaign, project_code, name, scope, owner_code, owner_name)
        SELECT DISTINCT ON (split_part(subject, '/', 1), project_code) split_part(subject, '/', 1), project_code,
            project_name, scope, owner_code, owner_name
        FROM application ORDER BY split_part(subject, '/', 1), project_code, subject
    """)


def downgrade() -> None:
    op.drop_table("project")
