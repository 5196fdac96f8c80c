"""Issues with everything that becomes of them; questions that policy visits left open."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "forums_0002"
down_revision = "forums_0001"
branch_labels = None
depends_on = None

_T, _AT, _ON, _N, _YES = sa.Text(), sa.DateTime(timezone=True), sa.Date(), sa.Integer(), sa.Boolean()
_COLUMNS: dict[sa.types.TypeEngine[Any], tuple[str, ...]] = {
    _T: (
        *("source", "state", "owner", "enterprise_code", "origin", "lead", "objects_for", "objection", "asked_why"),
        *("answer", "answered_by", "answerer", "resolution", "feedback", "feedback_by", "feedback_note", "closed_by"),
    ),
    _AT: ("dispatched_at", "objected_at", "responded_at", "answered_at", "feedback_at", "closed_at", "next_at"),
    _ON: ("due", "first_due", "asked_until"),
    _YES: ("in_time",),
}
_COUNTS = ("escalations", "reopened", "reassigned")
_FLAGS = ("on_the_spot", "escalated")
_LISTS = ("suggested", "assisting")
# What was raised before it was followed: with the banner's government, to be dispatched within five days.
_ADOPT = """
    UPDATE issue SET source = 'forum', state = 'raised',
        owner = (SELECT unit ->> 'code' FROM campaign, jsonb_array_elements(plan::jsonb -> 'units') AS unit
            WHERE issue.session LIKE campaign || '-%' AND unit ->> 'division' = right(issue.session, 6)
                AND unit ->> 'bureau' = 'government' LIMIT 1),
        due = (raised_at AT TIME ZONE 'Asia/Shanghai')::date + 5,
        first_due = (raised_at AT TIME ZONE 'Asia/Shanghai')::date + 5,
        next_at = ((raised_at AT TIME ZONE 'Asia/Shanghai')::date + 6)::timestamp AT TIME ZONE 'Asia/Shanghai'
"""


def upgrade() -> None:
    for kind, names in _COLUMNS.items():
        for name in names:
            op.add_column("issue", sa.Column(name, kind))
    for name in _COUNTS:
        op.add_column("issue", sa.Column(name, _N, nullable=False, server_default="0"))
    for name in _FLAGS:
        op.add_column("issue", sa.Column(name, _YES, nullable=False, server_default="false"))
    for name in _LISTS:
        op.add_column("issue", sa.Column(name, JSONB(), nullable=False, server_default="[]"))
    op.execute(_ADOPT)
    for name in ("source", "state", "first_due"):
        op.alter_column("issue", name, nullable=False)
    op.create_index("ix_issue_next_at", "issue", ["next_at"])
    op.create_table(
        "question",
        sa.Column("session", _T, primary_key=True),
        sa.Column("question", _T, primary_key=True),
        *(sa.Column(name, _T) for name in ("data", "issue", "answer")),
        sa.Column("done", _YES, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("question")
    op.drop_index("ix_issue_next_at", "issue")
    for name in (*(name for names in _COLUMNS.values() for name in names), *_COUNTS, *_FLAGS, *_LISTS):
        op.drop_column("issue", name)
