"""Site surveys: venues filed, projects chosen, findings, pictures, the end with its totals."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "forums_0004"
down_revision = "forums_0003"
branch_labels = None
depends_on = None

_T, _AT, _N = sa.Text(), sa.DateTime(timezone=True), sa.Integer()
Kind = sa.types.TypeEngine[Any]


def _in_session() -> sa.Column[str]:
    return sa.Column("session", _T, sa.ForeignKey("forum.session"), primary_key=True)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, _T, primary_key=True)


def _is(kind: Kind, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def _may(kind: Kind, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind) for name in names]


def upgrade() -> None:
    op.create_table(
        "site",
        _in_session(),
        _key("site"),
        *_is(_T, "kind", "place", "preparation"),
        *_is(sa.Date(), "starts_on"),
        *_is(JSONB(), "lacking", "projects"),
    )
    op.create_table(
        "choice",
        _in_session(),
        _key("project_code"),
        *_is(_T, "site", "state"),
        *_is(JSONB(), "project"),
        *_may(_AT, "proposed_at", "chosen_at"),
        *_may(_T, "chosen_by", "dropped"),
    )
    op.create_table(
        "finding",
        _in_session(),
        _key("finding"),
        *_is(_T, "project_code", "topic", "text", "issue"),
        *_is(_AT, "found_at"),
        *_is(JSONB(), "photos"),
        *_is(sa.Boolean(), "late"),
    )
    op.create_table(
        "survey",
        _in_session(),
        *_is(_AT, "held_at"),
        *_may(_AT, "started_at"),
        *_is(JSONB(), "presented_by"),
        *_may(_T, "situation"),
        *_is(_N, "projects", "findings", "city", "banner", "owners"),
    )
    op.create_table(
        "photo",
        _in_session(),
        _key("sha256"),
        *_is(sa.LargeBinary(), "content"),
        *_is(_N, "width", "height"),
        *_is(_T, "unit"),
        *_is(_AT, "uploaded_at"),
    )


def downgrade() -> None:
    for table in ("photo", "survey", "finding", "choice", "site"):
        op.drop_table(table)
