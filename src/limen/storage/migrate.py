"""How are a database's tables brought to another version, and which of the versions does it have?"""

from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from sqlite3 import Connection

import msgspec

from limen.storage.dsn import SqliteTarget, parse_dsn
from limen.storage.migrations import EMPTY, HEAD, VERSIONS, Version, require_known
from limen.storage.postgres.address import PostgresTarget
from limen.storage.sqlite.connect import connect, exists, make_file
from limen.storage.sqlite.lock import FileLock
from limen.storage.sqlite.schema import lead, version_of


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One version, and whether the database has it."""

    version: Version
    applied: bool


def status(dsn: str) -> tuple[Step, ...]:
    """Every version in order. A file that is not there, or a database in memory, has none; nothing is made or locked.

    Raises DsnRefused, SchemaOutdated, StorageUnavailable.
    """
    target = parse_dsn(dsn)
    if isinstance(target, PostgresTarget):
        from limen.storage.postgres import migrating  # noqa: PLC0415 (its driver is slow to import)

        version = migrating.version(target)
        require_known(version)
        return _steps(version)
    return _steps(_version_in(target))


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
    return _moved(dsn, lambda version: _further(version, steps))


def migrate_down(dsn: str, steps: int) -> tuple[Version, ...]:
    """Take back the last `steps` versions with everything in them; which ones. Raises as `migrate_to_head` does."""
    return tuple(reversed(_moved(dsn, lambda version: _back(version, steps))))


def is_current(connection: Connection) -> bool:
    """Whether the tables are those of this program; asked in plain SQL, so that a start needs no migration tool."""
    return version_of(connection) == HEAD


def _moved(dsn: str, wanted: Callable[[str], str]) -> tuple[Version, ...]:
    """The versions between the one that is found and the one that `wanted` answers for it, after going there."""
    target = parse_dsn(dsn)
    if isinstance(target, PostgresTarget):
        from limen.storage.postgres import migrating  # noqa: PLC0415 (its driver is slow to import)

        return _between(*migrating.migrate(target, wanted))
    if target.file is None:
        return ()
    found = _version_in(target)
    if wanted(found) == found:
        return ()
    with _locked(target) as connection:
        before = _known_version(connection)
        after = wanted(before)
        lead(connection, after)
        return _between(before, after)


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


def _version_in(target: SqliteTarget) -> str:
    if not exists(target):
        return EMPTY
    with closing(connect(target, writer=False)) as connection:
        return _known_version(connection)


def _known_version(connection: Connection) -> str:
    version = version_of(connection)
    require_known(version)
    return version


def _place(version: str) -> int:
    """How many versions one has that has this one."""
    return [EMPTY, *(known.number for known in VERSIONS)].index(version)


def _further(version: str, steps: int) -> str:
    return [EMPTY, *(known.number for known in VERSIONS)][: _place(version) + steps + 1][-1]


def _back(version: str, steps: int) -> str:
    return [EMPTY, *(known.number for known in VERSIONS)][max(0, _place(version) - steps)]


def _between(one: str, other: str) -> tuple[Version, ...]:
    lower, upper = sorted((_place(one), _place(other)))
    return VERSIONS[lower:upper]


def _steps(version: str) -> tuple[Step, ...]:
    reached = _place(version)
    return tuple(Step(version=known, applied=place < reached) for place, known in enumerate(VERSIONS))
