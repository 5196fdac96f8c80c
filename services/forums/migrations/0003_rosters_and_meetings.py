"""Rosters, needs, agendas and other arrangements, speeches, consultations, minutes; policy teams as heard."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "forums_0003"
down_revision = "forums_0002"
branch_labels = None
depends_on = None

_T, _AT, _N, _YES, _JSON = sa.Text(), sa.DateTime(timezone=True), sa.Integer(), sa.Boolean(), JSONB()
Kind = sa.types.TypeEngine[Any]


def _in_forum() -> sa.Column[str]:
    return sa.Column("session", _T, sa.ForeignKey("forum.session"), primary_key=True)


def _key(name: str, kind: Kind = _T) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True)


def _is(kind: Kind, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def _may(kind: Kind, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind) for name in names]


def upgrade() -> None:
    op.add_column("forum", sa.Column("locked_at", _AT))
    op.add_column("forum", sa.Column("scheduled_at", _AT))
    op.add_column("forum", sa.Column("scheduled_version", _N, nullable=False, server_default="0"))
    op.create_table(
        "participant",
        _in_forum(),
        _key("participant"),
        *_is(_T, "kind", "name", "unit", "post", "rank", "place"),
        *_is(_N, "number"),
        *_is(_YES, "late"),
        *_may(_T, "organisation", "reason", "presence", "substitute", "substitute_post", "presence_reason"),
    )
    op.create_table(
        "need",
        _key("session"),
        _key("need"),
        *_is(_T, "enterprise", "enterprise_code"),
        *_is(_JSON, "tags"),
        *_may(_T, "text", "withdrawn"),
    )
    op.create_table("arrangement", _in_forum(), _key("kind"), *_is(_JSON, "data"))
    op.create_table("speech", _in_forum(), _key("participant"), *_is(_N, "number"), *_is(_AT, "started_at"))
    op.create_table(
        "consultation",
        _in_forum(),
        _key("consultation"),
        *_is(_T, "period"),
        *_is(_AT, "given_at"),
        *_is(_YES, "answered", "late"),
        *_may(_T, "topic", "enterprise", "question"),
    )
    op.create_table(
        "minutes",
        _in_forum(),
        _key("revision", _N),
        *_is(_T, "text", "editor", "unit"),
        *_is(_AT, "revised_at"),
        *_may(_T, "note"),
    )
    op.create_table("team", _key("session"), _key("team"), *_is(_N, "version"), *_is(_JSON, "people"))


def downgrade() -> None:
    for table in ("team", "minutes", "consultation", "speech", "arrangement", "need", "participant"):
        op.drop_table(table)
    op.drop_column("forum", "scheduled_version")
    op.drop_column("forum", "scheduled_at")
    op.drop_column("forum", "locked_at")
