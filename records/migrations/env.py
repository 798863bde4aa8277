"""Alembic environment: migrations run on the connection of records.migrate, inside its transaction."""

from alembic import context

from records.dialogues import import_headings as _headings  # noqa: F401 - and so does this
from records.engine.schema_revision import VERSION_TABLE
from records.schema import (  # noqa: F401 - declare tables of their own
    access,
    anchors,
    collections,
    held,
    rehearsal_mark,
    salts,
    seal_keys,
    watch,
)
from records.schema.base import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
