"""How are messages kept until they are delivered? One row for each; whoever leases one counts its attempts up (COU-01 … COU-03).

The count is the dispatcher's claim: a lease and what becomes of it hold only while the row still has the count that was read,
so that two dispatchers never work on the same attempt, and one that was slow cannot overwrite what another found out since.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from limen.domain.courier.letter import Letter
from limen.ports.storage import Dispatch, LetterFilter, LetterTaken, Page
from limen.storage.database import Database, query
from limen.storage.errors import Guard
from limen.storage.letter_rows import (
    DispatchRow,
    LetterRow,
    dispatch_of,
    dispatch_values,
    due_of,
    letter_of,
    letter_values,
)
from limen.storage.rows import instant
from limen.storage.statements import Value, Write

_TAKEN: Final = Guard(LetterTaken, "Another dispatcher has the message.")
PAGES: Final = tuple((status, recipient) for status in (True, False) for recipient in (True, False))
"""By what a list is narrowed: a status, a recipient."""
_BEFORE_EVERYTHING: Final = ("~", "")
"""Sorts after every time: where a list begins that has no last item yet."""


class SqlLetterReads:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._get = query(database, "letters.GET", LetterRow)
        self._due = query(database, "letters.DUE", LetterRow)
        self._pages = {shape: query(database, f"letters.PAGES {shape}", LetterRow) for shape in PAGES}
        self._of_letter = query(database, "letters.OF_LETTER", DispatchRow)

    async def get(self, id: str) -> Letter | None:
        row = await self._database.one(self._get, (id,))
        return None if row is None else letter_of(row)

    async def dispatches(self, id: str) -> Sequence[Dispatch]:
        """The attempts to deliver a message, newest first."""
        rows = await self._database.all(self._of_letter, self._of_letter.compiled.bind({"letter_id": id}))
        return tuple(dispatch_of(row) for row in rows)

    async def page(self, what: LetterFilter, page: Page) -> Sequence[Letter]:
        """Messages, newest first. `page.after` is the last one's (`created_at` as stored, id)."""
        after_time, after_id = page.after or _BEFORE_EVERYTHING
        chosen = self._pages[what.status is not None, bool(what.recipient)]
        values: dict[str, Value] = {
            "status": what.status.value if what.status else "",
            "recipient": what.recipient,
            "after_time": after_time,
            "after_id": after_id,
            "limit": page.limit,
        }
        return tuple(letter_of(row) for row in await self._database.all(chosen, chosen.compiled.bind(values)))

    async def due(self, now: datetime, limit: int) -> Sequence[Letter]:
        """Queued messages whose time has come, and those whose lease ran out, oldest first."""
        values = self._due.compiled.bind({"now": instant(now), "limit": limit})
        return tuple(letter_of(row) for row in await self._database.all(self._due, values))


class LetterChanges:
    """The writes that change messages, compiled."""

    def __init__(self, database: Database) -> None:
        self._add = database.compile("letters.ADD")
        self._lease = database.compile("letters.LEASE")
        self._settle = database.compile("letters.SETTLE")
        self._hasten = database.compile("letters.HASTEN")
        self._wipe = database.compile("letters.WIPE")
        self._remove_old = database.compile("letters.REMOVE_OLD")
        self._add_dispatch = database.compile("letters.ADD_DISPATCH")

    def add(self, letter: Letter) -> Write:
        return self._add.write(letter_values(letter))

    def lease(self, letter: Letter, until: datetime) -> Write:
        return self._lease.write(
            {
                "letter_id": letter.id,
                "claim": letter.send_count,
                "read_status": letter.status.value,
                "until": instant(until),
                "count": letter.send_count + 1,
            },
            _TAKEN,
        )

    def settle(self, letter: Letter) -> Write:
        return self._settle.write(
            {
                "letter_id": letter.id,
                "claim": letter.send_count,
                "outcome": letter.status.value,
                "next": due_of(letter),
                "at": instant(letter.updated_at),
            },
            _TAKEN,
        )

    def hasten(self, letter: Letter, at: datetime) -> Write:
        return self._hasten.write({"letter_id": letter.id, "claim": letter.send_count, "at": instant(at)})

    def wipe(self, letter: Letter) -> Write:
        return self._wipe.write({"letter_id": letter.id})

    def remove_old(self, before: datetime, limit: int) -> Write:
        return self._remove_old.write({"before": instant(before), "limit": limit})

    def dispatch(self, dispatch: Dispatch) -> Write:
        return self._add_dispatch.write(dispatch_values(dispatch))


class SqlLetterWrites:
    """Adds to one unit of work."""

    def __init__(self, changes: LetterChanges, writes: list[Write]) -> None:
        self._changes = changes
        self._writes = writes

    def add(self, letter: Letter) -> None:
        self._writes.append(self._changes.add(letter))

    def lease(self, letter: Letter, until: datetime) -> None:
        self._writes.append(self._changes.lease(letter, until))

    def settle(self, letter: Letter, dispatch: Dispatch, *, wipe: bool = False) -> None:
        self._writes.extend((self._changes.settle(letter), self._changes.dispatch(dispatch)))
        if wipe:
            self._writes.append(self._changes.wipe(letter))

    def hasten(self, letter: Letter, at: datetime) -> None:
        self._writes.append(self._changes.hasten(letter, at))
