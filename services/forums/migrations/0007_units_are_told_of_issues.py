"""Units are told when an issue comes to them, and acknowledge it."""

import sqlalchemy as sa
from alembic import op

revision = "forums_0007"
down_revision = "forums_0006"
branch_labels = None
depends_on = None

_T, _AT = sa.Text(), sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("issue", sa.Column("notices", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "notice",
        sa.Column("session", _T, sa.ForeignKey("forum.session"), primary_key=True),
        sa.Column("issue", _T, primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("unit", _T, primary_key=True),
        sa.Column("kind", _T, nullable=False),
        sa.Column("cause", _T, nullable=False),
        sa.Column("told_at", _AT, nullable=False),
        sa.Column("due", sa.Date()),
        sa.Column("seen_at", _AT),
        sa.Column("seen_by", _T),
    )
    op.create_index("ix_notice_unit", "notice", ["unit"])


def downgrade() -> None:
    op.drop_table("notice")
    op.drop_column("issue", "notices")
