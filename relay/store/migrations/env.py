"""Run by Alembic inside `relay.store.database`, on the connection it hands over; there is no ini file."""

from alembic import context

from relay.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
