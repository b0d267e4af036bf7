"""How are calls of web hooks kept until they have arrived? One row for each; the count of attempts is the claim, as for letters."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from limen.domain.hooks.delivery import Delivery, DeliveryStatus
from limen.ports.hook_storage import DeliveryFilter, DeliveryTaken
from limen.storage.database import Database, query
from limen.storage.errors import Guard
from limen.storage.rows import instant
from limen.storage.statements import Value, Values, Write


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
PAGES: Final = tuple((status, hook) for status in (True, False) for hook in (True, False))
"""By what a list is narrowed: a status, a hook."""
_OVER: Final = frozenset({DeliveryStatus.DELIVERED, DeliveryStatus.DEAD})


class SqlDeliveryReads:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._get = query(database, "deliveries.GET", DeliveryRow)
        self._due = query(database, "deliveries.DUE", DeliveryRow)
        self._overdue = query(database, "deliveries.OVERDUE", DeliveryRow)
        self._pages = {shape: query(database, f"deliveries.PAGES {shape}", DeliveryRow) for shape in PAGES}

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
        self._add = database.compile("deliveries.ADD")
        self._lease = database.compile("deliveries.LEASE")
        self._settle = database.compile("deliveries.SETTLE")
        self._repeat = database.compile("deliveries.REPEAT")

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
