"""How does what has expired leave the database? In small batches along an index, so that nobody waits for it."""

from datetime import datetime
from typing import Final

from limen.storage.database import Database
from limen.storage.rows import instant

BATCH: Final = 100
EXPIRING: Final = (
    "sessions",
    "flows",
    "error_pages",
    "one_time_secrets",
    "wrong_guesses",
    "parked",
    "limits",
    "hook_runs",
    "deliveries",
)
"""Tables whose rows end."""


class SqlExpiry:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._removals = tuple(database.compile(f"expiry.REMOVALS {table}") for table in EXPIRING)

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
