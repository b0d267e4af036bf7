"""How is kept what was asked for and is not made yet? One row each, for milliseconds; removing it is the claim to have made it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from limen.domain.flow.kinds import FlowKind
from limen.domain.identity.addresses import Via
from limen.domain.ids import FlowId, MethodName
from limen.kernel.json_doc import JsonDoc
from limen.ports.asked import Asked, AskedGone
from limen.storage.database import Database, query
from limen.storage.errors import Guard
from limen.storage.rows import instant
from limen.storage.statements import Write


class AskedRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of `asked`, in the order of the columns."""

    id: str
    flow_id: FlowId
    kind: FlowKind
    method: MethodName
    address: str
    via: Via
    language: str
    headers: str
    asked_at: datetime
    due_at: datetime


_GONE: Final = Guard(AskedGone, "Somebody else has made the message.")


class SqlAskedReads:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._due = query(database, "asked.DUE", AskedRow)

    async def due(self, now: datetime, limit: int) -> Sequence[Asked]:
        """What nobody has made in its time, in the order in which it was asked for."""
        values = self._due.compiled.bind({"now": instant(now), "limit": limit})
        return tuple(_asked(row) for row in await self._database.all(self._due, values))


def _asked(row: AskedRow) -> Asked:
    return Asked(
        id=row.id,
        flow_id=row.flow_id,
        kind=row.kind,
        method=row.method,
        address=row.address,
        via=row.via,
        language=row.language,
        headers=JsonDoc.stored(row.headers),
        asked_at=row.asked_at,
        due_at=row.due_at,
    )


class AskedChanges:
    """The writes that change what is owed, compiled."""

    def __init__(self, database: Database) -> None:
        self._add = database.compile("asked.ADD")
        self._lease = database.compile("asked.LEASE")
        self._remove = database.compile("asked.REMOVE")

    def add(self, asked: Asked) -> Write:
        return self._add.write(
            {
                "id": asked.id,
                "flow_id": asked.flow_id,
                "kind": asked.kind.value,
                "method": asked.method,
                "address": asked.address,
                "via": asked.via.value,
                "language": asked.language,
                "headers": asked.headers.text,
                "asked_at": instant(asked.asked_at),
                "due_at": instant(asked.due_at),
            }
        )

    def lease(self, asked: Asked, until: datetime) -> Write:
        return self._lease.write({"asked_id": asked.id, "read": instant(asked.due_at), "until": instant(until)}, _GONE)

    def remove(self, id: str) -> Write:
        return self._remove.write({"asked_id": id}, _GONE)


class SqlAskedWrites:
    """Adds to one unit of work."""

    def __init__(self, changes: AskedChanges, writes: list[Write]) -> None:
        self._changes = changes
        self._writes = writes

    def add(self, asked: Asked) -> None:
        self._writes.append(self._changes.add(asked))

    def lease(self, asked: Asked, until: datetime) -> None:
        self._writes.append(self._changes.lease(asked, until))

    def remove(self, id: str) -> None:
        self._writes.append(self._changes.remove(id))
