"""How are submissions kept that wait for a renewed sign-in? One row each, for minutes; what it holds is sealed (SET-06)."""

from datetime import datetime

import msgspec

from limen.domain.ids import IdentityId
from limen.kernel.json_doc import JsonDoc
from limen.ports.parking import Parked
from limen.storage.database import Database, query
from limen.storage.rows import instant
from limen.storage.statements import Write


class ParkedRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of `parked`, in the order of the columns."""

    id: str
    name: str
    identity_id: IdentityId
    payload: str
    expires_at: datetime


class SqlParkedReads:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._get = query(database, "parked.GET", ParkedRow)

    async def get(self, id: str) -> Parked | None:
        row = await self._database.one(self._get, (id,))
        if row is None:
            return None
        return Parked(
            id=row.id,
            name=row.name,
            identity_id=row.identity_id,
            payload=JsonDoc.stored(row.payload),
            expires_at=row.expires_at,
        )


class ParkedChanges:
    """The writes that change parked submissions, compiled."""

    def __init__(self, database: Database) -> None:
        self._add = database.compile("parked.ADD")
        self._remove = database.compile("parked.REMOVE")

    def add(self, parked: Parked) -> Write:
        return self._add.write(
            {
                "id": parked.id,
                "name": parked.name,
                "identity_id": parked.identity_id,
                "payload": parked.payload.text,
                "expires_at": instant(parked.expires_at),
            }
        )

    def remove(self, id: str) -> Write:
        return self._remove.write({"parked_id": id})


class SqlParkedWrites:
    """Adds to one unit of work. Parking under an id once more takes a `remove` before the `add`."""

    def __init__(self, changes: ParkedChanges, writes: list[Write]) -> None:
        self._changes = changes
        self._writes = writes

    def add(self, parked: Parked) -> None:
        self._writes.append(self._changes.add(parked))

    def remove(self, id: str) -> None:
        self._writes.append(self._changes.remove(id))
