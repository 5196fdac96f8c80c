"""When sessions are, and whether they have begun, is found among very many facts: the operators' board asks often."""

from alembic import op

revision = "bulletin_0006"
down_revision = "bulletin_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE INDEX fact_announces ON fact (session) WHERE type IN ('chunfeng.session.scheduled.v1', "
        "'chunfeng.session.rescheduled.v1', 'chunfeng.session.cancelled.v1', 'chunfeng.session.opened.v1')"
    )


def downgrade() -> None:
    op.execute("DROP INDEX fact_announces")
