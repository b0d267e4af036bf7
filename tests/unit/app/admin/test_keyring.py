"""Which key opens the admin interface, and for how long? (docs/adr/0020)"""

from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest

from doubles.clock import ManualClock
from limen.app.admin.keyring import KEPT, KeyExpired, KeyMissing, KeyRefused, Keyring, KeyTooWeak
from limen.domain.admin.key import AdminKey, KeyScope, key_hash
from limen.ports.storage import StorageUnavailable

KEY = "limen_ak_" + "k" * 43
BOTH = (KeyScope.READ, KeyScope.WRITE)
SOON = timedelta(hours=1)


class Shelf:
    """Keys in memory; `away` stands for a database that cannot be asked."""

    def __init__(self, *keys: AdminKey) -> None:
        self.keys = list(keys)
        self.asked = 0
        self.away = False

    async def all(self) -> Sequence[AdminKey]:
        self.asked += 1
        if self.away:
            raise StorageUnavailable("away")
        return tuple(self.keys)


def key(scopes: tuple[KeyScope, ...] = BOTH, secret: str = KEY, *, lives: timedelta | None = None) -> AdminKey:
    now = ManualClock().now()
    return AdminKey(
        id=secret[-4:],
        name="deploy",
        hash=key_hash(secret),
        scopes=scopes,
        created_at=now,
        expires_at=None if lives is None else now + lives,
    )


def ring(*keys: AdminKey) -> tuple[Keyring, Shelf, ManualClock]:
    shelf, clock = Shelf(*keys), ManualClock()
    return Keyring(shelf, clock), shelf, clock


async def test_without_any_key_nobody_is_asked_unless_the_configuration_says_so() -> None:
    keyring, _, _ = ring()
    assert await keyring.holder("", KeyScope.WRITE, required=None) is None
    assert await keyring.holder("anything", KeyScope.WRITE, required=None) is None
    with pytest.raises(KeyMissing):
        await keyring.holder("", KeyScope.READ, required=True)
    with pytest.raises(KeyRefused):
        await keyring.holder(KEY, KeyScope.READ, required=True)


async def test_as_soon_as_there_is_one_it_is_asked_for() -> None:
    keyring, _, _ = ring(key())
    found = await keyring.holder(KEY, KeyScope.WRITE, required=None)
    assert found is not None
    assert found.name == "deploy"
    with pytest.raises(KeyMissing):
        await keyring.holder("", KeyScope.READ, required=None)
    assert await keyring.holder("", KeyScope.READ, required=False) is None


@pytest.mark.parametrize("shown", [KEY[:-1], KEY + "k", KEY.upper(), "limen_ak_", key_hash(KEY).hex(), "\udcff", "é"])
async def test_nearly_right_is_wrong(shown: str) -> None:
    keyring, _, _ = ring(key())
    with pytest.raises(KeyRefused):
        await keyring.holder(shown, KeyScope.READ, required=None)


@pytest.mark.parametrize(("scope", "other"), [(KeyScope.READ, KeyScope.WRITE), (KeyScope.WRITE, KeyScope.READ)])
async def test_a_key_is_good_for_its_scopes_only(scope: KeyScope, other: KeyScope) -> None:
    keyring, _, _ = ring(key((scope,)))
    assert await keyring.holder(KEY, scope, required=None) is not None
    with pytest.raises(KeyTooWeak):
        await keyring.holder(KEY, other, required=None)


async def test_it_expires_at_its_instant_however_fresh_the_memory_is() -> None:
    keyring, shelf, clock = ring(key(lives=timedelta(seconds=2)))
    assert await keyring.holder(KEY, KeyScope.READ, required=None) is not None
    clock.advance(seconds=2)
    with pytest.raises(KeyExpired):
        await keyring.holder(KEY, KeyScope.READ, required=None)
    assert shelf.asked == 1


async def test_the_last_one_that_ends_leaves_the_door_shut() -> None:
    keyring, shelf, clock = ring(key(lives=SOON))
    clock.advance(SOON)
    with pytest.raises(KeyMissing):
        await keyring.holder("", KeyScope.READ, required=None)
    shelf.keys = [msgspec.structs.replace(shelf.keys[0], revoked_at=clock.now())]
    clock.advance(KEPT)
    with pytest.raises(KeyMissing):
        await keyring.holder("", KeyScope.READ, required=None)


async def test_a_revoked_key_opens_nothing_within_five_seconds() -> None:
    keyring, shelf, clock = ring(key())
    await keyring.holder(KEY, KeyScope.READ, required=None)
    shelf.keys = [msgspec.structs.replace(shelf.keys[0], revoked_at=clock.now())]
    clock.advance(seconds=5)
    with pytest.raises(KeyRefused):
        await keyring.holder(KEY, KeyScope.READ, required=None)


async def test_the_database_is_asked_once_in_a_while_and_when_the_clock_went_back() -> None:
    keyring, shelf, clock = ring(key())
    for _ in range(20):
        await keyring.holder(KEY, KeyScope.READ, required=None)
    assert shelf.asked == 1
    clock.advance(hours=-1)
    await keyring.holder(KEY, KeyScope.READ, required=None)
    assert shelf.asked == 2


async def test_without_a_database_a_door_with_keys_is_shut_and_one_without_stays_open() -> None:
    keyring, shelf, clock = ring(key())
    await keyring.holder(KEY, KeyScope.READ, required=None)
    shelf.away = True
    clock.advance(KEPT)
    with pytest.raises(StorageUnavailable):
        await keyring.holder(KEY, KeyScope.READ, required=None)

    keyring, shelf, clock = ring()
    await keyring.holder("", KeyScope.READ, required=None)
    shelf.away = True
    clock.advance(KEPT)
    assert await keyring.holder("", KeyScope.READ, required=None) is None
    fresh, shelf, _ = ring()
    shelf.away = True
    with pytest.raises(StorageUnavailable):
        await fresh.holder("", KeyScope.READ, required=None)
