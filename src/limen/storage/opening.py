"""How is a database opened? Its DSN is read, its file made and locked, its tables brought up to date; then it serves."""

from contextlib import ExitStack

from limen.storage.dsn import SqliteTarget, parse_dsn
from limen.storage.migrate import is_current
from limen.storage.sql_storage import SqlStorage
from limen.storage.sqlite.connect import connect, make_file
from limen.storage.sqlite.database import SqliteFile, SqliteMemory
from limen.storage.sqlite.lock import FileLock
from limen.storage.sqlite.schema import lead, require_known, version_of


async def open_storage(dsn: str, *, migrate: bool = True, alone: bool = True) -> SqlStorage:
    """The storage behind a DSN, for this process alone. Close it with `await storage.close()`.

    With `alone=False` a server may have the file open as well: for commands that write little and keep nothing in mind.

    With `migrate=False` pending migrations are left alone and `ready()` says so; a database in memory always gets its
    tables. Raises DsnRefused, DatabaseInUse, SchemaOutdated, StorageUnavailable.
    """
    target = parse_dsn(dsn)
    return SqlStorage(_memory(target) if target.file is None else _file(target, migrate=migrate, alone=alone))


def _memory(target: SqliteTarget) -> SqliteMemory:
    connection = connect(target)
    lead(connection)
    return SqliteMemory(connection)


def _file(target: SqliteTarget, *, migrate: bool, alone: bool) -> SqliteFile:
    if target.file is None:
        raise ValueError("a database in memory has no file")
    make_file(target)
    with ExitStack() as undo:
        lock = FileLock(target.file) if alone else None
        if lock is not None:
            undo.callback(lock.release)
        writing = connect(target)
        undo.callback(writing.close)
        require_known(version_of(writing))
        if migrate and not is_current(writing):
            lead(writing)
        opened = SqliteFile(connect(target, writer=False), writing, lock)
        undo.pop_all()
    return opened
