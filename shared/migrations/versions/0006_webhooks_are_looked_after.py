"""What became of each sending to a webhook, and the secret that was replaced."""

import sqlalchemy as sa
from alembic import op

revision = "spine_0006"
down_revision = "spine_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("webhook", sa.Column("old_secret", sa.Text(), nullable=True))
    op.add_column("webhook", sa.Column("old_secret_until", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "webhook_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column(
            "webhook",
            sa.Text(),
            sa.ForeignKey("webhook.webhook", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("webhook_attempt")
    op.drop_column("webhook", "old_secret_until")
    op.drop_column("webhook", "old_secret")
