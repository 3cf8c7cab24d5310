"""Alembic's entry: runs the revisions on the connection that `migrations.upgrade` hands over."""

from alembic import context

from forms.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
