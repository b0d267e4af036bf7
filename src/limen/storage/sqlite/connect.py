"""How is an SQLite file opened? With a write-ahead log, full durability, foreign keys on, and for its owner's eyes only."""

import os
import sqlite3
from pathlib import Path
from typing import Final

from limen.ports.storage import StorageUnavailable
from limen.storage.dsn import SqliteTarget

_STATEMENTS_KEPT: Final = 512
_ALWAYS: Final = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA trusted_schema = OFF",
)
_ON_DISK: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA mmap_size = 268435456",
    "PRAGMA cache_size = -65536",
    "PRAGMA journal_size_limit = 67108864",
)


def make_file(target: SqliteTarget) -> None:
    """Make the file (mode 0600) and its folders (mode 0700) where they are missing. Raises StorageUnavailable."""
    file = target.file
    if file is None or file.exists():
        return
    if not target.create:
        raise StorageUnavailable(f"There is no database {file}, and mode=rw does not let Limen make it. Use mode=rwc.")
    try:
        for folder in reversed([folder for folder in file.absolute().parents if not folder.exists()]):
            folder.mkdir(mode=0o700, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        reason = f"The database {file} cannot be made ({error.strerror}). Give Limen a folder that it may write to."
        raise StorageUnavailable(reason) from error


def connect(target: SqliteTarget, *, writer: bool = True) -> sqlite3.Connection:
    """A connection without transactions of its own: nothing is begun that the caller did not begin.

    `writer=False` opens one that refuses to change anything. Raises StorageUnavailable.
    """
    name = ":memory:" if target.file is None else str(target.file)
    try:
        connection = sqlite3.connect(
            name, isolation_level=None, check_same_thread=False, cached_statements=_STATEMENTS_KEPT
        )
        for pragma in _ALWAYS if target.file is None else (*_ALWAYS, *_ON_DISK):
            connection.execute(pragma)
        if not writer:
            connection.execute("PRAGMA query_only = ON")
    except sqlite3.Error as error:
        raise StorageUnavailable(f"The database {name} cannot be opened ({error}). Is it an SQLite file?") from error
    return connection


def exists(target: SqliteTarget) -> bool:
    """Whether there is something to open without making it."""
    return target.file is not None and Path(target.file).is_file() and Path(target.file).stat().st_size > 0
