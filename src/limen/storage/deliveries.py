"""How are calls of web hooks kept until they have arrived? One row for each; the count of attempts is the claim, as for letters."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import and_, bindparam, insert, or_, select, update

from limen.domain.hooks.delivery import Delivery, DeliveryStatus
from limen.ports.hook_storage import DeliveryFilter, DeliveryTaken
from limen.storage.database import Database, query
from limen.storage.errors import Guard
from limen.storage.rows import instant
from limen.storage.statements import Value, Values, Write
from limen.storage.tables import DELIVERIES


class DeliveryRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of `deliveries`, in the order of the columns."""

    id: str
    hook: str
    fingerprint: str
    flow_id: str
    event: str
    target: str
    content_type: str
    body: bytes
    status: DeliveryStatus
    attempts: int
    most_attempts: int
    answer: str
    created_at: datetime
    updated_at: datetime
    due_at: datetime | None
    expires_at: datetime | None


_TAKEN: Final = Guard(DeliveryTaken, "Somebody else has the delivery.")
_BEFORE_EVERYTHING: Final = ("~", "")
"""Sorts after every time: where a list begins that has no last item yet."""
_OVER: Final = frozenset({DeliveryStatus.DELIVERED, DeliveryStatus.DEAD})
_C: Final = DELIVERIES.c

_ROW: Final = select(*(_C[name] for name in DeliveryRow.__struct_fields__))
_AS_CLAIMED: Final = and_(_C.id == bindparam("delivery_id"), _C.attempts == bindparam("claim"))
_OLDER: Final = and_(
    _C.created_at <= bindparam("after_time"),
    or_(_C.created_at < bindparam("after_time"), _C.id > bindparam("after_id")),
)
_STATUS: Final = {True: (_C.status == bindparam("status"),), False: ()}
_HOOK: Final = {True: (_C.hook == bindparam("hook"),), False: ()}

GET: Final = _ROW.where(_C.id == bindparam("id"))
DUE: Final = (
    _ROW.where(_C.hook == bindparam("hook"), _C.due_at <= bindparam("now"))
    .order_by(_C.due_at)
    .limit(bindparam("limit"))
)
OVERDUE: Final = _ROW.where(_C.due_at < bindparam("before")).order_by(_C.due_at).limit(bindparam("limit"))
PAGES: Final = {
    (status, hook): _ROW.where(*_STATUS[status], *_HOOK[hook], _OLDER)
    .order_by(_C.created_at.desc(), _C.id)
    .limit(bindparam("limit"))
    for status in _STATUS
    for hook in _HOOK
}
ADD: Final = insert(DELIVERIES)
LEASE: Final = (
    update(DELIVERIES)
    .where(_AS_CLAIMED, _C.status == bindparam("read_status"))
    .values(status=DeliveryStatus.SENDING.value, due_at=bindparam("until"), attempts=bindparam("count"))
)
SETTLE: Final = (
    update(DELIVERIES)
    .where(_AS_CLAIMED, _C.status == DeliveryStatus.SENDING.value)
    .values(
        status=bindparam("outcome"),
        answer=bindparam("said"),
        due_at=bindparam("next"),
        expires_at=bindparam("gone"),
        updated_at=bindparam("at"),
    )
)
REPEAT: Final = (
    update(DELIVERIES)
    .where(_AS_CLAIMED, _C.status != DeliveryStatus.SENDING.value)
    .values(
        status=DeliveryStatus.WAITING.value,
        most_attempts=bindparam("most"),
        due_at=bindparam("at"),
        expires_at=None,
        updated_at=bindparam("at"),
    )
)


class SqlDeliveryReads:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._get = query(database, GET, DeliveryRow)
        self._due = query(database, DUE, DeliveryRow)
        self._overdue = query(database, OVERDUE, DeliveryRow)
        self._pages = {shape: query(database, statement, DeliveryRow) for shape, statement in PAGES.items()}

    async def get(self, id: str) -> Delivery | None:
        row = await self._database.one(self._get, (id,))
        return None if row is None else _delivery(row)

    async def page(self, what: DeliveryFilter, limit: int, after: tuple[str, str] | None = None) -> Sequence[Delivery]:
        """Deliveries, newest first. `after` is the last one's (`created_at` as stored, id)."""
        after_time, after_id = after or _BEFORE_EVERYTHING
        chosen = self._pages[what.status is not None, bool(what.hook)]
        values: dict[str, Value] = {
            "status": what.status.value if what.status else "",
            "hook": what.hook,
            "after_time": after_time,
            "after_id": after_id,
            "limit": limit,
        }
        return tuple(_delivery(row) for row in await self._database.all(chosen, chosen.compiled.bind(values)))

    async def due(self, hook: str, now: datetime, limit: int) -> Sequence[Delivery]:
        """What of one hook is to be sent, and what a lease ran out of, oldest first."""
        values = self._due.compiled.bind({"hook": hook, "now": instant(now), "limit": limit})
        return tuple(_delivery(row) for row in await self._database.all(self._due, values))

    async def overdue(self, before: datetime, limit: int) -> Sequence[Delivery]:
        """What of any hook should have been sent before that time, oldest first."""
        values = self._overdue.compiled.bind({"before": instant(before), "limit": limit})
        return tuple(_delivery(row) for row in await self._database.all(self._overdue, values))


class DeliveryChanges:
    """The writes, compiled."""

    def __init__(self, database: Database) -> None:
        self._add = database.compile(ADD)
        self._lease = database.compile(LEASE)
        self._settle = database.compile(SETTLE)
        self._repeat = database.compile(REPEAT)

    def add(self, delivery: Delivery) -> Write:
        return self._add.write(_values(delivery))

    def lease(self, delivery: Delivery, until: datetime) -> Write:
        values = _claim(delivery)
        lease: Values = {
            "read_status": delivery.status.value,
            "until": instant(until),
            "count": delivery.attempts + 1,
        }
        return self._lease.write({**values, **lease}, _TAKEN)

    def settle(self, delivery: Delivery) -> Write:
        settled: Values = {
            "outcome": delivery.status.value,
            "said": delivery.answer,
            "next": _due_at(delivery),
            "gone": None if delivery.expires_at is None else instant(delivery.expires_at),
            "at": instant(delivery.updated_at),
        }
        return self._settle.write({**_claim(delivery), **settled}, _TAKEN)

    def repeat(self, delivery: Delivery, most_attempts: int, at: datetime) -> Write:
        return self._repeat.write({**_claim(delivery), "most": most_attempts, "at": instant(at)}, _TAKEN)


class SqlDeliveryWrites:
    """Adds to one unit of work."""

    def __init__(self, changes: DeliveryChanges, writes: list[Write]) -> None:
        self._changes = changes
        self._writes = writes

    def add(self, delivery: Delivery) -> None:
        self._writes.append(self._changes.add(delivery))

    def lease(self, delivery: Delivery, until: datetime) -> None:
        self._writes.append(self._changes.lease(delivery, until))

    def settle(self, delivery: Delivery) -> None:
        self._writes.append(self._changes.settle(delivery))

    def repeat(self, delivery: Delivery, most_attempts: int, at: datetime) -> None:
        self._writes.append(self._changes.repeat(delivery, most_attempts, at))


def _claim(delivery: Delivery) -> Values:
    return {"delivery_id": delivery.id, "claim": delivery.attempts}


def _due_at(delivery: Delivery) -> str | None:
    return None if delivery.status in _OVER else instant(delivery.due_at)


def _values(delivery: Delivery) -> Values:
    return {
        "id": delivery.id,
        "hook": delivery.hook,
        "fingerprint": delivery.fingerprint,
        "flow_id": delivery.flow_id,
        "event": delivery.event,
        "target": delivery.target,
        "content_type": delivery.content_type,
        "body": delivery.body,
        "status": delivery.status.value,
        "attempts": delivery.attempts,
        "most_attempts": delivery.most_attempts,
        "answer": delivery.answer,
        "created_at": instant(delivery.created_at),
        "updated_at": instant(delivery.updated_at),
        "due_at": _due_at(delivery),
        "expires_at": None if delivery.expires_at is None else instant(delivery.expires_at),
    }


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        id=row.id,
        hook=row.hook,
        fingerprint=row.fingerprint,
        flow_id=row.flow_id,
        event=row.event,
        target=row.target,
        content_type=row.content_type,
        body=row.body,
        status=row.status,
        attempts=row.attempts,
        most_attempts=row.most_attempts,
        answer=row.answer,
        created_at=row.created_at,
        updated_at=row.updated_at,
        due_at=row.due_at or row.updated_at,
        expires_at=row.expires_at,
    )
