"""Schema revision: which one a database holds, and with which this version of the program works."""

from sqlalchemy import Engine, Text, column, select, table

from records.engine.database import reading
from records.engine.errors import SchemaNewer, SchemaOutdated

VERSION_TABLE = "weerklank_version"
REVISION = "0040"
"""That of the newest migration; written here too, because finding it takes alembic half a second."""
_FOUND = select(column("version_num", Text)).select_from(table(VERSION_TABLE))


def revision(engine: Engine) -> str | None:
    """The revision of the tables, None when it is not written. Raises RecordsError, SchemaOutdated without tables."""
    with reading(engine) as connection:
        found: str | None = connection.scalar(_FOUND)
    return found


def require_known(found: str | None) -> None:
    """Raise SchemaNewer when this version has never heard of the revision *found*."""
    if found is not None and found > REVISION:
        raise SchemaNewer(_stand(found))


def require_ours(found: str | None) -> None:
    """Raise SchemaNewer or SchemaOutdated unless this version works with the revision *found*."""
    require_known(found)
    if found != REVISION:
        raise SchemaOutdated(_stand(found))


def _stand(found: str | None) -> str:
    return f"The tables stand at {found}, this version works with {REVISION}."
