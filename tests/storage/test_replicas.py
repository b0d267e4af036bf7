"""What does `whoami` hear while a copy of the database answers for it?"""

import asyncio
from collections.abc import AsyncIterator

import pytest
from samples import person, sign_in, store, token

from limen.ports.session_reader import SessionRow
from limen.ports.storage import StorageUnavailable
from limen.storage import SqlStorage, hot, open_storage
from limen.storage.hot import ReplicaReader
from server.cluster import Cluster

ADA = person(1, "ada@example.org")


class Copy:
    """A copy that is as far as somebody else's database, or away."""

    def __init__(self, storage: SqlStorage) -> None:
        self._storage = storage
        self.asked = 0
        self.error: Exception | None = None
        self.hangs = False

    async def row(self, token_hash: bytes) -> SessionRow | None:
        self.asked += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error
        return await self._storage.row(token_hash)


@pytest.fixture
async def original() -> AsyncIterator[SqlStorage]:
    storage = await open_storage("memory")
    await store(storage, ADA)
    yield storage
    await storage.close()


@pytest.fixture
async def copy() -> AsyncIterator[Copy]:
    storage = await open_storage("memory")
    await store(storage, ADA)
    yield Copy(storage)
    await storage.close()


async def test_who_has_just_signed_in_is_known_although_the_copy_is_late(original: SqlStorage, copy: Copy) -> None:
    reader = ReplicaReader(copy, original)
    made = await sign_in(original, 1, ADA)
    row = await reader.row(token(1))
    assert row is not None
    assert (row.session_id, copy.asked) == (made.id, 1)
    assert await reader.row(token(2)) is None


async def test_a_session_that_ended_is_good_as_long_as_the_copy_is_late_and_no_longer(
    original: SqlStorage, copy: Copy
) -> None:
    reader = ReplicaReader(copy, original)
    for storage in (original, copy._storage):
        made = await sign_in(storage, 1, ADA)
    for storage, active in ((original, True), (copy._storage, False)):
        unit = storage.unit()
        unit.sessions.end(made.id)
        await unit.commit()
        row = await reader.row(token(1))
        assert row is not None
        assert row.active == active


@pytest.mark.parametrize("trouble", ["away", "hangs"])
async def test_a_copy_in_trouble_is_left_alone_for_a_while(
    original: SqlStorage, copy: Copy, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hot, "_PATIENCE", 0.01)
    reader = ReplicaReader(copy, original)
    await sign_in(original, 1, ADA)
    copy.hangs, copy.error = trouble == "hangs", StorageUnavailable("away")
    for _ in range(5):
        assert await reader.row(token(1)) is not None
    assert copy.asked == 1
    monkeypatch.setattr(reader, "_rests_until", 0.0)
    assert await reader.row(token(1)) is not None
    assert copy.asked == 2


@pytest.mark.postgres
async def test_the_address_names_the_copies(cluster: Cluster, migrated: str) -> None:
    """The same cluster plays the copy; that nobody is at the second address is nobody's trouble."""
    name = cluster.database(migrated)
    for port in (cluster.port, 1):
        hosts = f"127.0.0.1:{port}"
        storage = await open_storage(cluster.dsn(name, socket=False, sslmode="disable", replica_hosts=hosts))
        if port != 1:
            await store(storage, ADA)
            await sign_in(storage, 1, ADA)
        assert await storage.row(token(1)) is not None
        assert storage._replica is not None
        await storage.close()
    cluster.drop(name)
