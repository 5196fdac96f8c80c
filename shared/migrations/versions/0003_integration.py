"""Keys can expire, be paused, be for tests; imports, webhooks and the evidence chain have their tables."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "spine_0003"
down_revision = "spine_0002"
branch_labels = None
depends_on = None
_TIMES = ("expires_at", "paused_at", "resumed_at", "last_used_at")


def _text(name: str, **options: Any) -> sa.Column[str]:  # noqa: ANN401  (Column options)
    return sa.Column(name, sa.Text(), nullable=options.pop("nullable", False), **options)


def _time(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    for name in _TIMES:
        op.add_column("key", _time(name, nullable=True))
    op.add_column("key", sa.Column("test", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("key", _text("types", nullable=True))
    op.add_column("key", _text("label", nullable=True))
    op.create_table("proof", _text("key", primary_key=True), _text("nonce", primary_key=True), _time("seen_at"))
    op.create_table(
        "tried",
        _text("key", primary_key=True),
        _text("event_id", primary_key=True),
        sa.Column("position", sa.BigInteger(), sa.Identity(), nullable=False),
        _text("body_sha256"),
        _text("posted"),
    )
    op.create_table(
        "import_run",
        _text("run", primary_key=True),
        _text("kind"),
        _text("name"),
        _text("unit"),
        _text("caller"),
        _time("created_at"),
        _time("finished_at", nullable=True),
    )
    op.create_table(
        "import_row",
        _text("run", primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        _text("cells"),
        _text("status"),
        _text("problem", nullable=True),
    )
    op.create_table(
        "webhook",
        _text("webhook", primary_key=True),
        _text("key"),
        _text("unit"),
        _text("url"),
        _text("types", nullable=True),
        _text("secret"),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        _text("last_answer", nullable=True),
        _text("state"),
        _time("due_at"),
        _time("created_at"),
    )
    op.create_table(
        "link",
        sa.Column("sequence", sa.BigInteger(), primary_key=True, autoincrement=False),
        _text("session", index=True),
        sa.Column("position", sa.Integer(), nullable=False),
        _text("link"),
        _time("sealed_at", nullable=True),
        _text("seal", nullable=True),
    )


def downgrade() -> None:
    for table in ("link", "webhook", "import_row", "import_run", "tried", "proof"):
        op.drop_table(table)
    for column in ("label", "types", "test", *_TIMES):
        op.drop_column("key", column)
