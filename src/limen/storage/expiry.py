"""How does what has expired leave the database? In small batches along an index, so that nobody waits for it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Delete, Table, bindparam, delete, select

from limen.storage.database import Database
from limen.storage.rows import instant
from limen.storage.tables import (
    DELIVERIES,
    ERROR_PAGES,
    FLOWS,
    HOOK_RUNS,
    LIMITS,
    ONE_TIME_SECRETS,
    PARKED,
    SESSIONS,
    WRONG_GUESSES,
)

BATCH: Final = 100


def _remove_some(table: Table) -> Delete:
    oldest = select(table.c.id).where(table.c.expires_at < bindparam("before")).order_by(table.c.expires_at)
    # Several processes clean up at once: each takes rows that no other one has (a file has one process, and no such words).
    some = oldest.limit(bindparam("limit")).with_for_update(skip_locked=True)
    return delete(table).where(table.c.id.in_(some))


REMOVALS: Final[Sequence[Delete]] = tuple(
    _remove_some(table)
    for table in (SESSIONS, FLOWS, ERROR_PAGES, ONE_TIME_SECRETS, WRONG_GUESSES, PARKED, LIMITS, HOOK_RUNS, DELIVERIES)
)


class SqlExpiry:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._removals = tuple(database.compile(removal) for removal in REMOVALS)

    async def remove(self, before: datetime, limit: int) -> int:
        """Delete up to `limit` rows that expired before that time, each batch on its own; how many there were."""
        text, removed = instant(before), 0
        for removal in self._removals:
            while removed < limit:
                size = min(BATCH, limit - removed)
                (count,) = await self._database.run((removal.write({"before": text, "limit": size}),))
                removed += count
                if count < size:
                    break
        return removed
