"""How are attempts counted? A row for each key and window; counting and judging is one statement (security.md 5.2)."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from limen.ports.limits import MOST_READ, Limit, Note, Tally
from limen.storage.database import Database, query
from limen.storage.rows import instant
from limen.storage.statements import Write

_SLOTS: Final = tuple(f"id_{place}" for place in range(MOST_READ))
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class CounterRow(msgspec.Struct, frozen=True, array_like=True):
    """A row as it is read."""

    id: str
    count: int
    expires_at: str


class SqlLimits:
    """Implements `ports.limits.Limits`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._begin = database.compile("limits.BEGIN")
        self._count = database.compile("limits.COUNT")
        self._note = database.compile("limits.NOTE")
        self._read = query(database, "limits.READ", CounterRow)

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

    async def tallies(self, keys: Sequence[str], now: datetime) -> Sequence[Tally]:
        """How the counters stand."""
        ids = [_hashed(key) for key in keys]
        if not ids:
            return ()
        filled = [*ids, *ids[:1] * (MOST_READ - len(ids))]
        rows = await self._database.all(self._read, self._read.compiled.bind(dict(zip(_SLOTS, filled, strict=True))))
        at = instant(now)
        good = {row.id: Tally(row.count, datetime.fromisoformat(row.expires_at)) for row in rows if row.expires_at > at}
        return [good.get(id, _NOTHING) for id in ids]

    async def note(self, notes: Sequence[Note], now: datetime) -> None:
        """Count one more for each, always in the same order of rows: two who count at once do not wait for one another."""
        ends = {_hashed(note.key): instant(note.until) for note in notes}
        begun = [self._begin.write({"limit_id": id, "ends": ends[id]}) for id in sorted(ends)]
        at = instant(now)
        counted = [self._note.write({"limit_id": id, "ends": ends[id], "at": at}) for id in sorted(ends)]
        if begun:
            await self._database.run((*begun, *counted))


_NOTHING: Final = Tally()


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
