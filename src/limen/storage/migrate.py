"""How are a database's tables brought to another version, and which of the versions does it have?"""

from collections.abc import Generator
from contextlib import closing, contextmanager
from sqlite3 import Connection

import msgspec

from limen.storage.dsn import SqliteTarget, parse_dsn
from limen.storage.migrations import EMPTY, HEAD, VERSIONS, Version
from limen.storage.sqlite.connect import connect, exists, make_file
from limen.storage.sqlite.lock import FileLock
from limen.storage.sqlite.schema import lead, require_known, version_of


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One version, and whether the database has it."""

    version: Version
    applied: bool


def status(dsn: str) -> tuple[Step, ...]:
    """Every version in order. A database that is not there, or is in memory, has none; nothing is made or locked.

    Raises DsnRefused, SchemaOutdated, StorageUnavailable.
    """
    target = parse_dsn(dsn)
    if not exists(target):
        return _steps(EMPTY)
    with closing(connect(target, writer=False)) as connection:
        return _steps(_known_version(connection))


def pending(dsn: str) -> tuple[Version, ...]:
    """The versions that are still to come. Raises as `status` does."""
    return tuple(step.version for step in status(dsn) if not step.applied)


def migrate_to_head(dsn: str) -> tuple[Version, ...]:
    """Bring the tables to this program's version; what was applied. A missing file is made.

    Raises DsnRefused, DatabaseInUse (a server runs on it), SchemaOutdated, StorageUnavailable.
    """
    return migrate_up(dsn, len(VERSIONS))


def migrate_up(dsn: str, steps: int) -> tuple[Version, ...]:
    """Apply up to `steps` of the pending versions, in order; which ones. Raises as `migrate_to_head` does."""
    target = parse_dsn(dsn)
    if target.file is None:
        return ()
    if exists(target) and not pending(dsn):
        return ()
    with _locked(target) as connection:
        coming = [step.version for step in _steps(_known_version(connection)) if not step.applied][:steps]
        if coming:
            lead(connection, coming[-1].number)
        return tuple(coming)


def migrate_down(dsn: str, steps: int) -> tuple[Version, ...]:
    """Take back the last `steps` versions with everything in them; which ones. Raises as `migrate_to_head` does."""
    target = parse_dsn(dsn)
    if not exists(target):
        return ()
    with _locked(target) as connection:
        having = [step.version for step in _steps(_known_version(connection)) if step.applied]
        going = having[max(0, len(having) - steps) :]
        if going:
            rest = having[: len(having) - len(going)]
            lead(connection, rest[-1].number if rest else EMPTY)
        return tuple(reversed(going))


def is_current(connection: Connection) -> bool:
    """Whether the tables are those of this program; asked in plain SQL, so that a start needs no migration tool."""
    return version_of(connection) == HEAD


@contextmanager
def _locked(target: SqliteTarget) -> Generator[Connection]:
    if target.file is None:
        raise ValueError("a database in memory cannot be locked")
    make_file(target)
    lock = FileLock(target.file)
    try:
        with closing(connect(target)) as connection:
            yield connection
    finally:
        lock.release()


def _known_version(connection: Connection) -> str:
    version = version_of(connection)
    require_known(version)
    return version


def _steps(version: str) -> tuple[Step, ...]:
    numbers = [known.number for known in VERSIONS]
    reached = numbers.index(version) + 1 if version else 0
    return tuple(Step(version=known, applied=place < reached) for place, known in enumerate(VERSIONS))
