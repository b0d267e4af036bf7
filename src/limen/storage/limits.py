"""How are attempts counted? A row for each key and window; counting and judging is one statement (security.md 5.2)."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from limen.ports.limits import Limit
from limen.storage.database import Database
from limen.storage.rows import instant
from limen.storage.statements import Write

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class SqlLimits:
    """Implements `ports.limits.Limits`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._begin = database.compile("limits.BEGIN")
        self._count = database.compile("limits.COUNT")

    async def take(self, limits: Sequence[Limit], now: datetime) -> bool:
        """Count one more for each; whether all of them allow it."""
        if not limits:
            return True
        begun, counted = list[Write](), list[Write]()
        for limit in limits:
            window = (now - _EPOCH) // limit.window
            id = hashlib.sha256(f"{limit.name}\n{window}\n{limit.key}".encode()).hexdigest()
            ends = _EPOCH + (window + 1) * limit.window
            begun.append(self._begin.write({"limit_id": id, "ends": instant(ends)}))
            counted.append(self._count.write({"limit_id": id, "most": limit.most}))
        touched = await self._database.run((*begun, *counted))
        return all(touched[len(limits) :])
