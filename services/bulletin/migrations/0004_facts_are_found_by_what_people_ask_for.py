"""Facts are found by what operators ask for: an event's ids, a subject's history, the newest first (rows 83, 87)."""

from alembic import op

revision = "bulletin_0004"
down_revision = "bulletin_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX fact_correlation ON fact (correlation_id)")
    # A fact's id ends with the id its event was posted with: read backwards, that is a beginning. Mostly that is the
    # correlation id as well, which needs no second index.
    op.execute(
        "CREATE INDEX fact_own_id ON fact (reverse(event_id)) "
        "WHERE position('/' in event_id) > 0 AND right(event_id, length(correlation_id)) <> correlation_id"
    )
    op.execute("CREATE INDEX fact_subject ON fact ((payload::json->>'subject'))")
    op.execute("CREATE INDEX fact_newest ON fact (received_at)")


def downgrade() -> None:
    for name in ("fact_correlation", "fact_own_id", "fact_subject", "fact_newest"):
        op.execute(f"DROP INDEX {name}")
