"""Alembic's entry point: runs on the connection that `database.migrate` hands over."""

from alembic import context

from curation.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
