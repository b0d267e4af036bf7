"""How is a database opened? Its DSN is read, its file made and locked, its tables brought up to date; then it serves."""

from contextlib import ExitStack

from limen.ports.log import Log
from limen.ports.tracer import UNTRACED, Tracer
from limen.storage.dsn import SqliteTarget, parse_dsn
from limen.storage.errors import SchemaOutdated
from limen.storage.migrate import is_current
from limen.storage.migrations import require_known
from limen.storage.sql_storage import SqlStorage
from limen.storage.sqlite.connect import connect, make_file
from limen.storage.sqlite.database import SqliteFile, SqliteMemory
from limen.storage.sqlite.lock import FileLock
from limen.storage.sqlite.schema import lead, version_of


async def open_storage(
    dsn: str, *, migrate: bool = True, alone: bool = True, log: Log | None = None, tracer: Tracer = UNTRACED
) -> SqlStorage:
    """The storage behind a DSN; one in a file is for this process alone. Close it with `await storage.close()`.

    With `alone=False` a server may have the file open as well: for commands that write little and keep nothing in mind.

    With `migrate=False` pending migrations are left alone and `ready()` says so; a database in memory always gets its
    tables. `log` hears of waiting for a server. Raises DsnRefused, DatabaseInUse, SchemaOutdated, StorageUnavailable.
    """
    target = parse_dsn(dsn)
    if isinstance(target, SqliteTarget):
        opened = _memory(target) if target.file is None else _file(target, migrate=migrate, alone=alone)
        return SqlStorage(opened, tracer=tracer)
    from limen.storage.postgres.opening import open_postgres, replica_of  # noqa: PLC0415 (its driver is slow to import)

    return SqlStorage(await open_postgres(target, migrate=migrate, log=log), replica_of(target), tracer)


async def open_for_service(dsn: str, *, dev: bool, log: Log | None = None, tracer: Tracer = UNTRACED) -> SqlStorage:
    """The storage for a server: an embedded database gets its tables, one that others use as well only with `dev`.

    Elsewhere somebody has to decide when the tables change (OPS-03, SEED4-04). Raises as `open_storage` does, and
    SchemaOutdated while migrations are pending.
    """
    migrate = dev or isinstance(parse_dsn(dsn), SqliteTarget)
    storage = await open_storage(dsn, migrate=migrate, log=log, tracer=tracer)
    if not migrate and (reason := await storage.pending()):
        await storage.close()
        raise SchemaOutdated(reason)
    return storage


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
