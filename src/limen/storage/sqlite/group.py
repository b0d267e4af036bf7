"""How do several units of work share one commit, without one that fails harming the others?"""

import sqlite3
from collections.abc import Sequence
from typing import Final, TypeAlias

from limen.kernel.errors import LimenError
from limen.ports.storage import StorageUnavailable
from limen.storage.sqlite.failures import told
from limen.storage.statements import Write

Outcome: TypeAlias = tuple[int, ...] | LimenError
"""How many rows each write touched, or why none of them was applied."""

_DRIVER: Final = (sqlite3.Error, sqlite3.Warning, UnicodeError, OverflowError)


def apply(connection: sqlite3.Connection, group: Sequence[Sequence[Write]]) -> list[Outcome]:
    """Apply each set of writes, or none of that set, and commit once. Returns after the commit is durable.

    A set is undone to its savepoint when it fails. When SQLite gives up the whole transaction (full disk, I/O error) or
    the commit fails, nothing of the group was applied and every set is told so.
    """
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        return [told(error) for _ in group]
    outcomes: list[Outcome] = []
    alone = len(group) == 1
    for writes in group:
        outcome = _attempt(connection, writes) if alone or len(writes) == 1 else _within_savepoint(connection, writes)
        if not connection.in_transaction:
            return _gave_up(group, outcome)
        outcomes.append(outcome)
    if alone and isinstance(outcomes[0], LimenError):
        _roll_back(connection)
        return outcomes
    try:
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        _roll_back(connection)
        return [outcome if isinstance(outcome, LimenError) else told(error) for outcome in outcomes]
    return outcomes


def _attempt(connection: sqlite3.Connection, writes: Sequence[Write]) -> Outcome:
    """One write alone needs no savepoint: SQLite undoes a failed statement, and a guard fails only when no row changed."""
    counts: list[int] = []
    for write in writes:
        try:
            count = connection.execute(write.text, write.values).rowcount
        except _DRIVER as error:
            return told(error)
        if count == 0 and write.guard is not None:
            return write.guard.refusal()
        counts.append(count)
    return tuple(counts)


def _within_savepoint(connection: sqlite3.Connection, writes: Sequence[Write]) -> Outcome:
    try:
        connection.execute("SAVEPOINT one")
        outcome = _attempt(connection, writes)
        if not connection.in_transaction:
            return outcome
        if isinstance(outcome, LimenError):
            connection.execute("ROLLBACK TO one")
        connection.execute("RELEASE one")
    except sqlite3.Error as error:
        # A savepoint that cannot be handled leaves the transaction in doubt: give all of it up.
        _roll_back(connection)
        return told(error)
    return outcome


def _gave_up(group: Sequence[Sequence[Write]], outcome: Outcome) -> list[Outcome]:
    reason = outcome.reason if isinstance(outcome, LimenError) else "The database gave the writes up."
    return [StorageUnavailable(reason) for _ in group]


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")
