"""Alembic's entry point: runs on the connection that the store passes in."""

from __future__ import annotations

from alembic import context

from winnow.curation.store.tables import metadata

connection = context.config.attributes["connection"]


context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)


context.run_migrations()
