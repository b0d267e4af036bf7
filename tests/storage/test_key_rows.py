"""How are the keys of the admin interface kept? (docs/adr/0020)"""

from datetime import timedelta

import msgspec
import pytest
from samples import NOW, uuid

from limen.domain.admin.key import AdminKey, KeyScope, key_hash
from limen.ports.admin_keys import AdminKeyUnknown
from limen.storage import SqlStorage


def key(number: int, scopes: tuple[KeyScope, ...] = (KeyScope.READ,), *, ends: bool = False) -> AdminKey:
    return AdminKey(
        id=uuid(number),
        name=f"key {number} ✓",
        hash=key_hash(f"limen_ak_{number}"),
        scopes=scopes,
        created_at=NOW + timedelta(seconds=number),
        expires_at=NOW + timedelta(days=1) if ends else None,
    )


async def add(storage: SqlStorage, *keys: AdminKey) -> None:
    unit = storage.unit()
    for each in keys:
        unit.admin_keys.add(each)
    await unit.commit()


async def revoke(storage: SqlStorage, id: str) -> None:
    unit = storage.unit()
    unit.admin_keys.revoke(id, NOW)
    await unit.commit()


async def test_keys_are_read_as_they_were_written_oldest_first(storage: SqlStorage) -> None:
    assert tuple(await storage.admin_keys.all()) == ()
    both = (KeyScope.READ, KeyScope.WRITE)
    first, second = key(1, both, ends=True), key(2)
    await add(storage, second, first)
    assert tuple(await storage.admin_keys.all()) == (first, second)


async def test_a_key_is_revoked_once_and_stays(storage: SqlStorage) -> None:
    await add(storage, key(1), key(2))
    await revoke(storage, uuid(1))
    assert tuple(await storage.admin_keys.all()) == (msgspec.structs.replace(key(1), revoked_at=NOW), key(2))
    for id in (uuid(1), uuid(3), "nonsense"):
        with pytest.raises(AdminKeyUnknown):
            await revoke(storage, id)
