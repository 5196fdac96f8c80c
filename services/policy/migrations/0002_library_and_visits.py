"""Needs, officials, the library, brochures with their prints and scans, slots, visits and questions."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "policy_0002"
down_revision = "policy_0001"
branch_labels = None
depends_on = None

_T, _AT = sa.Text(), sa.DateTime(timezone=True)
_NEW_COLUMNS = {
    "visits": (
        ("visits", sa.Integer()),
        ("questions", sa.Integer()),
        ("left_open", sa.Integer()),
        ("starts_at", _AT),
        ("seats_until", _AT),
    ),
    "team": (("starts_at", _AT), ("ends_at", _AT), ("reason", _T)),
}


def _in_session() -> sa.Column[str]:
    return sa.Column("session", _T, sa.ForeignKey("visits.session"), primary_key=True)


def _key(name: str, kind: sa.types.TypeEngine[Any] = _T) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True)


def _is(name: str, kind: sa.types.TypeEngine[Any] = _T) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _may(name: str, kind: sa.types.TypeEngine[Any] = _T) -> sa.Column[Any]:
    return sa.Column(name, kind)


def _visits() -> None:
    for table, columns in _NEW_COLUMNS.items():
        for name, kind in columns:
            op.add_column(table, sa.Column(name, kind))
    op.add_column("team", sa.Column("uncovered", JSONB(), nullable=False, server_default="[]"))
    op.create_table(
        "need",
        _in_session(),
        _key("need"),
        *(_is(name) for name in ("enterprise", "enterprise_code", "topic")),
        _may("question"),
        _is("unit"),
        _may("withdrawn"),
    )
    op.create_table(
        "official",
        *(_key(name) for name in ("campaign", "unit", "official")),
        *(_is(name) for name in ("name", "standing", "post")),
    )
    op.create_table(
        "slot",
        *(_key(name) for name in ("ref", "unit", "name")),
        _key("starts_at", _AT),
        _is("ends_at", _AT),
        *(_is(name) for name in ("session", "booking", "label")),
    )
    op.create_index("slot_person", "slot", ["unit", "name"])
    op.create_index("slot_session", "slot", ["session"])
    op.create_table(
        "visit",
        _in_session(),
        _key("visit"),
        *(_is(name) for name in ("team", "enterprise", "enterprise_code")),
        _is("topics", JSONB()),
        _may("planned_from", _AT),
        _may("planned_until", _AT),
        _may("place"),
        _may("started_at", _AT),
        _may("ended_at", _AT),
        _is("brochures", JSONB()),
        *(_may(name) for name in ("received_by", "feedback", "note")),
        _is("late", sa.Boolean()),
    )
    op.create_table(
        "question",
        _in_session(),
        _key("question"),
        *(_is(name) for name in ("team", "visit", "enterprise", "topic", "text")),
        _is("asked_at", _AT),
        _is("left_open", sa.Boolean()),
        _is("late", sa.Boolean()),
        _may("answer"),
        _may("answered_by"),
        _may("answered_at", _AT),
        _may("issue"),
        _is("told", sa.Boolean()),
    )


def _library() -> None:
    op.create_table(
        "policy",
        _key("policy"),
        *(_is(name) for name in ("title", "level", "issuer", "number")),
        _is("issued_on", sa.Date()),
        _may("effective_on", sa.Date()),
        _may("valid_until", sa.Date()),
        _is("topics", JSONB()),
        _is("summary"),
        *(_may(name) for name in ("text", "file_sha256", "file_name", "source")),
        _is("unit"),
        _is("unit_name"),
        _may("repealed_on", sa.Date()),
        _may("repealed_why"),
        _is("words"),
    )
    op.create_index("policy_number", "policy", ["number", "issuer"], unique=True)
    op.create_table(
        "file",
        _key("sha256"),
        _is("media_type"),
        _is("content", sa.LargeBinary()),
        _is("unit"),
        _is("received_at", _AT),
    )


def _brochures() -> None:
    op.create_table(
        "brochure",
        _key("code"),
        *(_is(name) for name in ("campaign", "department", "department_name", "topic")),
        _is("edition", sa.Integer()),
        _is("published_at", _AT),
        _is("title"),
    )
    op.create_index("brochure_subject", "brochure", ["campaign", "department", "topic"], unique=True)
    op.create_table(
        "edition",
        sa.Column("code", _T, sa.ForeignKey("brochure.code"), primary_key=True),
        _key("edition", sa.Integer()),
        _is("published_at", _AT),
        _is("fact", JSONB()),
    )
    op.create_table(
        "printed",
        _key("code"),
        _key("edition", sa.Integer()),
        _is("sha256"),
        _is("pages", sa.Integer()),
        _is("content", sa.LargeBinary()),
        _is("address"),
        _is("printed_at", _AT),
    )
    op.create_table("scan", _key("code"), _key("day", sa.Date()), _is("scans", sa.Integer()), _is("told", sa.Boolean()))


def upgrade() -> None:
    _visits()
    _library()
    _brochures()


def downgrade() -> None:
    for table in ("scan", "printed", "edition", "brochure", "file", "policy"):
        op.drop_table(table)
    for table in ("question", "visit", "slot", "official", "need"):
        op.drop_table(table)
    op.drop_column("team", "uncovered")
    for table, columns in _NEW_COLUMNS.items():
        for name, _ in columns:
            op.drop_column(table, name)
