"""What does Limen ask of a database? Single rows, lists of rows, and batches of writes that hold together."""

from collections.abc import Sequence
from typing import Protocol

from limen.ports.meter import Family
from limen.storage.statements import Compiled, Query, R, Statement, Value, Write


class Database(Protocol):
    """One database behind one driver. Repositories know nothing else, so that a dialect is one more of these.

    Each call raises StorageUnavailable when the database cannot be used, and MalformedInput for values that cannot be
    stored as text at all.
    """

    def compile(self, statement: Statement) -> Compiled:
        """The statement for this driver; called once per statement, at start-up. Raises KeyError for an unknown name."""
        ...

    async def one(self, query: Query[R], values: tuple[Value, ...]) -> R | None:
        """The first row, or None."""
        ...

    async def all(self, query: Query[R], values: tuple[Value, ...]) -> list[R]:
        """Every row. The statement bounds how many there can be."""
        ...

    async def run(self, writes: Sequence[Write]) -> tuple[int, ...]:
        """Apply all of the writes, durably, or none; how many rows each touched.

        Raises the error of the first guard that does not hold or of the first constraint that is broken
        (IdentifierTaken, ExternalIdTaken, IdentityChanged).
        """
        ...

    async def figures(self) -> Sequence[Family]:
        """How busy it is, from what this process has counted; the database is not asked."""
        ...

    async def close(self) -> None:
        """Finish what was accepted, then let go."""
        ...


def query(database: Database, statement: Statement, shape: type[R]) -> Query[R]:
    """The statement compiled, with the shape of its rows."""
    return Query(compiled=database.compile(statement), shape=shape)
