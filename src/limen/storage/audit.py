"""How does the chain of what operators changed stay one, whoever writes at the same time? (docs/adr/0022)

The next entry needs the hash of the last one. Each process remembers the last entry that it knows of and inserts the next
number; if that number is taken, another process was quicker, nothing of the unit happens, and it is tried again behind the
entry that is there by then. Units that wait share a commit: only one at a time can be the next.
"""

import asyncio
from collections import deque
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
_MOST_AT_ONCE: Final = 64
"""So many units of work share a commit."""
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


class _Unit(msgspec.Struct, frozen=True):
    """A unit of work that waits to be chained, and whoever waits for it."""

    writes: Sequence[Write]
    drafts: Sequence[AuditDraft]
    done: "asyncio.Future[None]"

    def tell(self, error: Exception | None = None) -> None:
        """How it ended, unless nobody waits any more."""
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)
            self.done.exception()  # somebody who stopped waiting does not want to hear of it


class AuditChain:
    """The end of the chain, as far as this process knows."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._add = database.compile("audit.ADD")
        self._reads = SqlAuditReads(database)
        self._last: tuple[int, str] | None = None
        self._waiting: deque[_Unit] = deque()
        self._rounds: asyncio.Task[None] | None = None

    async def run(self, writes: Sequence[Write], drafts: Sequence[AuditDraft]) -> None:
        """Apply the writes and chain the drafts, all or nothing. Raises what `Database.run` does.

        Whoever stops waiting does not stop the writes: they were accepted and are applied.
        """
        unit = _Unit(writes, drafts, asyncio.get_running_loop().create_future())
        self._waiting.append(unit)
        if self._rounds is None or self._rounds.done():
            self._rounds = asyncio.get_running_loop().create_task(self._work(), name="audit")
        await asyncio.shield(unit.done)

    async def _work(self) -> None:
        """Everything that waits, in order: what came while one round was under way goes into the next one together."""
        while self._waiting:
            group = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_AT_ONCE))]
            try:
                await self._together(group)
            finally:
                for unit in group:
                    unit.tell(StorageUnavailable("The database is shutting down."))  # unless it was told already

    async def _together(self, group: Sequence[_Unit]) -> None:
        """All of them in one commit. When one is refused nothing was applied, and it is looked for in both halves."""
        try:
            await self._chained(
                [write for unit in group for write in unit.writes], [draft for unit in group for draft in unit.drafts]
            )
        except Exception as error:  # noqa: BLE001 (handed to whoever waits)
            refused = isinstance(error, LimenError) and not isinstance(error, StorageUnavailable)
            if refused and len(group) > 1:
                middle = len(group) // 2
                await self._together(group[:middle])
                await self._together(group[middle:])
                return
            for unit in group:
                unit.tell(error)
        else:
            for unit in group:
                unit.tell()

    async def _chained(self, writes: Sequence[Write], drafts: Sequence[AuditDraft]) -> None:
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
