"""Alembic's entry point: runs the revisions on the connection that ``archive.schema`` hands in."""

from __future__ import annotations

from alembic import context

from viva_shared.archive.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by making it anew
)
context.run_migrations()
