"""How Alembic reaches the hub's database: on the connection that the hub opened."""

from alembic import context

from hub.tables.columns import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
