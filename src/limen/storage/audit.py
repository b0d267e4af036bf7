"""How does the chain of what operators changed stay one, whoever writes at the same time? (docs/adr/0022)

The next entry needs the hash of the last one. Each process remembers the last entry that it knows of and inserts the next
number; if that number is taken, another process was quicker, nothing of the unit happens, and it is tried again behind the
entry that is there by then.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from limen.domain.admin.audit import GENESIS, AuditDraft, AuditEntry, entry
from limen.kernel.errors import LimenError
from limen.kernel.json_doc import JsonDoc
from limen.ports.storage import StorageUnavailable
from limen.storage.database import Database, query
from limen.storage.errors import Guard
from limen.storage.rows import instant
from limen.storage.statements import Write

_TRIES: Final = 100
_ABOVE_ALL: Final = 2**62


class _NumberTaken(LimenError):
    """Another process chained an entry in the meantime."""


_GUARD: Final = Guard(_NumberTaken, "Another change was noted in the meantime.")


class AuditRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of `audit_entries`, in the order of the columns."""

    number: int
    made_at: datetime
    actor: str
    key_id: str
    peer: str
    operation: str
    target: str
    change: str
    previous: str
    hash: str


class SqlAuditReads:
    """Implements `ports.audit.AuditReads`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._newest = query(database, "audit.NEWEST", AuditRow)
        self._since = query(database, "audit.SINCE", AuditRow)

    async def newest(self, limit: int, before: int | None = None) -> Sequence[AuditEntry]:
        """The entries with the highest numbers (below `before`), highest first."""
        values = self._newest.compiled.bind({"before": _ABOVE_ALL if before is None else before, "limit": limit})
        return tuple(_entry(row) for row in await self._database.all(self._newest, values))

    async def since(self, after: int, limit: int) -> Sequence[AuditEntry]:
        """The entries with numbers above `after`, lowest first."""
        values = self._since.compiled.bind({"after": after, "limit": limit})
        return tuple(_entry(row) for row in await self._database.all(self._since, values))


class AuditChain:
    """The end of the chain, as far as this process knows."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._add = database.compile("audit.ADD")
        self._reads = SqlAuditReads(database)
        self._last: tuple[int, str] | None = None
        self._lock = asyncio.Lock()

    async def run(self, writes: Sequence[Write], drafts: Sequence[AuditDraft]) -> None:
        """Apply the writes and chain the drafts, all or nothing. Raises what `Database.run` does."""
        async with self._lock:
            for _ in range(_TRIES):
                number, hash = self._last or await self._end()
                self._last = None  # until it is known how this one ended
                chained: list[Write] = []
                for draft in drafts:
                    made = entry(number + 1, draft, hash)
                    number, hash = made.number, made.hash
                    chained.append(self._add.write(_values(made), _GUARD))
                try:
                    await self._database.run((*chained, *writes))
                except _NumberTaken:
                    continue
                self._last = number, hash
                return
        raise StorageUnavailable("Too many changes are made at the same time.")

    async def _end(self) -> tuple[int, str]:
        last = next(iter(await self._reads.newest(1)), None)
        return (0, GENESIS) if last is None else (last.number, last.hash)


class SqlAuditWrites:
    """Adds to one unit of work."""

    def __init__(self, drafts: list[AuditDraft]) -> None:
        self._drafts = drafts

    def add(self, draft: AuditDraft) -> None:
        self._drafts.append(draft)


def _values(made: AuditEntry) -> dict[str, str | int]:
    draft = made.draft
    return {
        "number": made.number,
        "made_at": instant(draft.at),
        "actor": draft.actor,
        "key_id": draft.key_id,
        "peer": draft.peer,
        "operation": draft.operation,
        "target": draft.target,
        "change": draft.change.text,
        "previous": made.previous,
        "hash": made.hash,
    }


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(
        number=row.number,
        draft=AuditDraft(
            at=row.made_at,
            actor=row.actor,
            key_id=row.key_id,
            peer=row.peer,
            operation=row.operation,
            target=row.target,
            change=JsonDoc.stored(row.change),
        ),
        previous=row.previous,
        hash=row.hash,
    )
