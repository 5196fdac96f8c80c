"""The one Alembic environment of all services: connection and metadata come from shared.database."""

from alembic import context

config = context.config
context.configure(
    connection=config.attributes["connection"],
    target_metadata=config.attributes["metadata"],
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
