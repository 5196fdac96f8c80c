"""Sessions have a plan and may be moved, cancelled and ready; duties, notices and what is still to be told are kept."""

import sqlalchemy as sa
from alembic import op

revision = "approvals_0005"
down_revision = "approvals_0004"
branch_labels = None
depends_on = None

_SESSION = (
    ("venue_kind", sa.Text()),
    ("actions", sa.Text()),
    ("cancelled_at", sa.DateTime(timezone=True)),
    ("ready_at", sa.DateTime(timezone=True)),
    ("bulletin_number", sa.Integer()),
    ("bulletin_issued_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    for name, kind in _SESSION:
        op.add_column("session", sa.Column(name, kind, nullable=True))
    op.add_column("session", sa.Column("moves", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "duty",
        *(sa.Column(name, sa.Text(), primary_key=True) for name in ("campaign", "session", "duty", "unit")),
        sa.Column("fulfilled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("untold", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "untold",
        sa.Column("session", sa.Text(), primary_key=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notices", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("told", sa.Text(), nullable=True),
    )
    op.create_table(
        "notice",
        sa.Column("session", sa.Text(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    for table in ("notice", "untold", "duty"):
        op.drop_table(table)
    for name, _ in (*_SESSION, ("moves", None)):
        op.drop_column("session", name)
