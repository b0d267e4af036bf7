"""How are messages kept until they are delivered? One row for each; whoever leases one counts its attempts up (COU-01 … COU-03).

The count is the dispatcher's claim: a lease and what becomes of it hold only while the row still has the count that was read,
so that two dispatchers never work on the same attempt, and one that was slow cannot overwrite what another found out since.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import and_, bindparam, delete, exists, insert, or_, select, update

from limen.domain.courier.letter import Letter, LetterStatus
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
from limen.storage.tables import DISPATCHES, LETTERS

_TAKEN: Final = Guard(LetterTaken, "Another dispatcher has the message.")
_BEFORE_EVERYTHING: Final = ("~", "")
"""Sorts after every time: where a list begins that has no last item yet."""

_LETTER: Final = select(*(LETTERS.c[name] for name in LetterRow.__struct_fields__))
_EARLIER: Final = LETTERS.alias("earlier")
_UNDER_WAY: Final = exists().where(
    _EARLIER.c.recipient == LETTERS.c.recipient,
    _EARLIER.c.due_at > bindparam("now"),
    _EARLIER.c.status == LetterStatus.PROCESSING.value,
)
"""Another message to the same person is being delivered: this one waits, so that they arrive in order."""
_OLDER: Final = and_(
    LETTERS.c.created_at <= bindparam("after_time"),
    or_(LETTERS.c.created_at < bindparam("after_time"), LETTERS.c.id > bindparam("after_id")),
)
_STATUS: Final = {True: (LETTERS.c.status == bindparam("status"),), False: ()}
_RECIPIENT: Final = {True: (LETTERS.c.recipient == bindparam("recipient"),), False: ()}
_AS_CLAIMED: Final = and_(LETTERS.c.id == bindparam("letter_id"), LETTERS.c.send_count == bindparam("claim"))

GET: Final = _LETTER.where(LETTERS.c.id == bindparam("id"))
DUE: Final = (
    _LETTER.where(LETTERS.c.due_at <= bindparam("now"), ~_UNDER_WAY)
    .order_by(LETTERS.c.due_at, LETTERS.c.created_at, LETTERS.c.id)
    .limit(bindparam("limit"))
)
PAGES: Final = {
    (status, recipient): _LETTER.where(*_STATUS[status], *_RECIPIENT[recipient], _OLDER)
    .order_by(LETTERS.c.created_at.desc(), LETTERS.c.id)
    .limit(bindparam("limit"))
    for status in _STATUS
    for recipient in _RECIPIENT
}
OF_LETTER: Final = (
    select(*(DISPATCHES.c[name] for name in DispatchRow.__struct_fields__))
    .where(DISPATCHES.c.letter_id == bindparam("letter_id"))
    .order_by(DISPATCHES.c.created_at.desc(), DISPATCHES.c.id)
    .limit(1000)
)
ADD: Final = insert(LETTERS)
LEASE: Final = (
    update(LETTERS)
    .where(_AS_CLAIMED, LETTERS.c.status == bindparam("read_status"))
    .values(
        status=LetterStatus.PROCESSING.value,
        due_at=bindparam("until"),
        send_count=bindparam("count"),
    )
)
SETTLE: Final = (
    update(LETTERS)
    .where(_AS_CLAIMED, LETTERS.c.status == LetterStatus.PROCESSING.value)
    .values(status=bindparam("outcome"), due_at=bindparam("next"), updated_at=bindparam("at"))
)
WIPE: Final = (
    update(LETTERS)
    .where(LETTERS.c.id == bindparam("letter_id"))
    .values(subject="", body="", html="", data="{}", request_headers="{}")
)
_ENDED: Final = (
    select(LETTERS.c.id)
    .where(LETTERS.c.created_at < bindparam("before"), LETTERS.c.due_at.is_(None))
    .order_by(LETTERS.c.created_at, LETTERS.c.id)
    .limit(bindparam("limit"))
)
REMOVE_OLD: Final = delete(LETTERS).where(LETTERS.c.id.in_(_ENDED))
ADD_DISPATCH: Final = insert(DISPATCHES)


class SqlLetterReads:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._get = query(database, GET, LetterRow)
        self._due = query(database, DUE, LetterRow)
        self._pages = {shape: query(database, statement, LetterRow) for shape, statement in PAGES.items()}
        self._of_letter = query(database, OF_LETTER, DispatchRow)

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
        self._add = database.compile(ADD)
        self._lease = database.compile(LEASE)
        self._settle = database.compile(SETTLE)
        self._wipe = database.compile(WIPE)
        self._remove_old = database.compile(REMOVE_OLD)
        self._add_dispatch = database.compile(ADD_DISPATCH)

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
