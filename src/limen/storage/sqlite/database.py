"""How does SQLite answer? Reads at once on the loop (they cost less than handing them to a thread), writes by the writer.

A file has a connection for reading and the writer's own. A database in memory has one connection, which the loop alone
uses: its writes are applied on the spot, since no disk makes anybody wait.
"""

import sqlite3
from collections.abc import Sequence
from time import perf_counter
from typing import Final

import msgspec

from limen.kernel.errors import LimenError
from limen.ports.meter import Family
from limen.ports.storage import StorageUnavailable
from limen.storage.sqlite.commits import Commits
from limen.storage.sqlite.failures import told
from limen.storage.sqlite.group import apply
from limen.storage.sqlite.lock import FileLock
from limen.storage.sqlite.writer import WriterThread
from limen.storage.statements import Compiled, Query, R, Statement, Value, Write
from limen.storage.written import Written

_WRITTEN: Final = Written("sqlite")

_DRIVER: Final = (sqlite3.Error, UnicodeError, OverflowError)


class _SqliteReads:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._execute = connection.execute

    def compile(self, statement: Statement) -> Compiled:
        return _WRITTEN.compiled(statement)

    async def one(self, query: Query[R], values: tuple[Value, ...]) -> R | None:
        """The first row, or None."""
        try:
            row = self._execute(query.compiled.text, values).fetchone()
        except _DRIVER as error:
            raise told(error) from error
        return None if row is None else msgspec.convert(row, query.shape, strict=False)

    async def all(self, query: Query[R], values: tuple[Value, ...]) -> list[R]:
        """Every row."""
        try:
            rows = self._execute(query.compiled.text, values).fetchall()
        except _DRIVER as error:
            raise told(error) from error
        return [msgspec.convert(row, query.shape, strict=False) for row in rows]


class SqliteFile(_SqliteReads):
    """A database in a file. Made within a running event loop."""

    def __init__(self, reading: sqlite3.Connection, writing: sqlite3.Connection, lock: FileLock | None) -> None:
        super().__init__(reading)
        self._writer = WriterThread(writing)
        self._lock = lock

    async def run(self, writes: Sequence[Write]) -> tuple[int, ...]:
        """Apply all of the writes or none; returns after they are on the disk."""
        return await self._writer.run(writes)

    async def figures(self) -> Sequence[Family]:
        """How many units were committed, how many at once, and how long that took."""
        return self._writer.commits.figures(self._writer.waiting)

    async def close(self) -> None:
        """Finish what was accepted, then let go of the file."""
        await self._writer.close()
        self._connection.close()
        if self._lock is not None:
            self._lock.release()


class SqliteMemory(_SqliteReads):
    """A database that ends with the process."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._commits = Commits()

    async def run(self, writes: Sequence[Write]) -> tuple[int, ...]:
        """Apply all of the writes or none."""
        try:
            began = perf_counter()
            (outcome,) = apply(self._connection, (writes,))
            self._commits.note(1, perf_counter() - began)
        except sqlite3.ProgrammingError as error:
            raise StorageUnavailable("The database is closed.") from error
        if isinstance(outcome, LimenError):
            raise outcome
        return outcome

    async def figures(self) -> Sequence[Family]:
        """As for a file: each unit is a commit of its own, and none waits."""
        return self._commits.figures(0)

    async def close(self) -> None:
        """Forget everything."""
        self._connection.close()
