"""What happens when a whole database server restarts, or wants TLS?"""

import asyncio
from pathlib import Path

import pytest
from samples import person, store

from doubles.certificates import Authority
from limen.ports.storage import StorageUnavailable
from limen.storage import open_storage
from server.cluster import Cluster

pytestmark = pytest.mark.postgres


@pytest.mark.slow
async def test_a_restart_of_the_database_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    with Cluster(("fsync = off", "max_connections = 50")) as cluster:
        name = cluster.database()
        storage = await open_storage(cluster.dsn(name, command_timeout="1s"))
        stored: list[int] = []

        async def twenty_more() -> None:
            before = len(stored)
            async with asyncio.timeout(20):
                while len(stored) < before + 20:  # noqa: ASYNC110 (the workers say nothing)
                    await asyncio.sleep(0.01)

        stopping = asyncio.Event()

        async def work(lane: int) -> None:
            number = lane
            while not stopping.is_set():
                number += 10
                try:
                    await store(storage, person(number, f"{number}@example.org"))
                except StorageUnavailable:
                    await asyncio.sleep(0.01)
                else:
                    stored.append(number)

        workers = [asyncio.ensure_future(work(lane)) for lane in range(4)]
        for mode in ("fast", "immediate"):
            await twenty_more()
            await asyncio.to_thread(cluster.stop, mode)
            assert await storage.ready() != ""
            await asyncio.to_thread(cluster.start)
        await twenty_more()
        stopping.set()
        await asyncio.gather(*workers)
        assert await storage.ready() == ""
        for number in stored:
            assert await storage.identities.get(person(number).id) is not None

        cluster.pause()
        try:
            assert await storage.ready() != ""
            with pytest.raises(StorageUnavailable):
                await storage.identities.count()
        finally:
            cluster.resume()
        assert await storage.identities.count() >= len(stored)
        await storage.close()


async def test_the_tls_settings_of_the_address_are_kept(tmp_path: Path) -> None:
    authority, stranger = Authority(tmp_path), Authority(tmp_path, "stranger")
    server = authority.issue("server")
    settings = ("ssl = on", "ssl_cert_file = 'server.crt'", "ssl_key_file = 'server.key'", "fsync = off")
    secure = Cluster(settings, ("local all all trust", "hostssl all all 127.0.0.1/32 trust"))
    secure.bring("server.crt", server.certificate.read_text())
    secure.bring("server.key", server.key.read_text())
    with secure:
        name = secure.database()

        async def works(**options: str) -> str:
            try:
                storage = await open_storage(secure.dsn(name, socket=False, startup_wait="0", **options))
            except StorageUnavailable as error:
                return error.reason
            found = await storage.ready()
            await storage.close()
            return found

        root, other = str(authority.file), str(stranger.file)
        for mode in ("allow", "prefer", "require"):
            assert await works(sslmode=mode) == ""
        for mode in ("verify-ca", "verify-full"):
            assert await works(sslmode=mode, sslrootcert=root) == ""
            assert "certificate" in await works(sslmode=mode, sslrootcert=other)
            assert "certificate" in await works(sslmode=mode)
        assert "refuses the connection" in await works(sslmode="disable")
        assert "cannot be read" in await works(sslmode="verify-full", sslrootcert=str(tmp_path / "none.crt"))
