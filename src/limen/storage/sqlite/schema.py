"""Of which version are the tables in a file, and how do they become those of another? In one transaction, or not at all."""

import sqlite3

from limen.ports.storage import StorageUnavailable
from limen.storage.migrations import EMPTY, HEAD, require_known

_HAS_VERSION = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
_VERSION = "SELECT version_num FROM alembic_version"


def version_of(connection: sqlite3.Connection) -> str:
    """The version of the tables; empty when there are none. Raises StorageUnavailable."""
    try:
        if not connection.execute(_HAS_VERSION).fetchone()[0]:
            return EMPTY
        row = connection.execute(_VERSION).fetchone()
    except sqlite3.Error as error:
        raise StorageUnavailable(f"The database cannot be read ({error}). Is it an SQLite file of Limen's?") from error
    return str(row[0]) if row else EMPTY


def lead(connection: sqlite3.Connection, wanted: str = HEAD) -> None:
    """Migrate up or down; the connection stays the caller's. Raises SchemaOutdated, StorageUnavailable."""
    current = version_of(connection)
    require_known(current)
    if current == wanted:
        return
    # A batch change rebuilds a table, which enforced foreign keys would take for removing its rows.
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        _migrate(connection, current, wanted)
    except sqlite3.Error as error:
        raise StorageUnavailable(f"The migration failed and was undone ({error}).") from error
    finally:
        connection.execute("PRAGMA foreign_keys = ON")


def _migrate(connection: sqlite3.Connection, current: str, wanted: str) -> None:
    from sqlalchemy import Connection, create_engine, event, exc  # noqa: PLC0415 (slow, and needed only to migrate)
    from sqlalchemy.pool import StaticPool  # noqa: PLC0415 (as above)

    from limen.storage import alembic_runs  # noqa: PLC0415 (as above)

    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)

    def begin(opened: Connection) -> None:
        opened.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(engine, "begin", begin)
    try:
        with engine.begin() as opened:
            alembic_runs.lead(opened, current, wanted)
            if opened.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise StorageUnavailable("The migration would leave rows that belong to nobody; it was undone.")
    except exc.DBAPIError as error:
        raise StorageUnavailable(f"The migration failed and was undone ({error.orig}).") from error
