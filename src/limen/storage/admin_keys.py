"""How are keys of the admin interface stored? One small row each, read all together (docs/adr/0021)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from limen.domain.admin.key import AdminKey, KeyScope
from limen.ports.admin_keys import AdminKeyUnknown
from limen.storage.database import Database, query
from limen.storage.errors import Guard
from limen.storage.rows import instant
from limen.storage.statements import Write

_NONE: Final = Guard(AdminKeyUnknown, "There is no key with this id, or it is revoked already.")


class AdminKeyRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of `admin_keys`, in the order of the columns."""

    id: str
    name: str
    hash: bytes
    scopes: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class SqlAdminKeyReads:
    """Implements `ports.admin_keys.AdminKeyReads`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._all = query(database, "admin_keys.ALL", AdminKeyRow)

    async def all(self) -> Sequence[AdminKey]:
        """Every key, oldest first."""
        rows = await self._database.all(self._all, self._all.compiled.bind())
        return tuple(_key(row) for row in rows)


class AdminKeyChanges:
    """The writes that change keys, compiled."""

    def __init__(self, database: Database) -> None:
        self._add = database.compile("admin_keys.ADD")
        self._revoke = database.compile("admin_keys.REVOKE")

    def add(self, key: AdminKey) -> Write:
        return self._add.write(
            {
                "id": key.id,
                "name": key.name,
                "hash": key.hash,
                "scopes": " ".join(key.scopes),
                "created_at": instant(key.created_at),
                "expires_at": None if key.expires_at is None else instant(key.expires_at),
                "revoked_at": None if key.revoked_at is None else instant(key.revoked_at),
            }
        )

    def revoke(self, id: str, at: datetime) -> Write:
        return self._revoke.write({"key_id": id, "at": instant(at)}, _NONE)


class SqlAdminKeyWrites:
    """Adds to one unit of work."""

    def __init__(self, changes: AdminKeyChanges, writes: list[Write]) -> None:
        self._changes = changes
        self._writes = writes

    def add(self, key: AdminKey) -> None:
        self._writes.append(self._changes.add(key))

    def revoke(self, id: str, at: datetime) -> None:
        self._writes.append(self._changes.revoke(id, at))


def _key(row: AdminKeyRow) -> AdminKey:
    return AdminKey(
        id=row.id,
        name=row.name,
        hash=row.hash,
        scopes=tuple(KeyScope(word) for word in row.scopes.split()),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
