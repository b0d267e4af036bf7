import asyncio
import os
import threading
from collections.abc import Callable

import pytest

from doubles.entropy import SeededEntropy
from limen.adapters.hashers import pool as pool_file
from limen.adapters.hashers.pool import PasswordPool
from limen.config.hashers import Argon2Config, BcryptConfig, HashersConfig
from limen.config.model import Config
from limen.ports.passwords import Overloaded, UnknownHash

CHEAP = Config(hashers=HashersConfig(algorithm="bcrypt", bcrypt=BcryptConfig(cost=4)))
ARGON2 = Config(
    hashers=HashersConfig(algorithm="argon2", argon2=Argon2Config(memory=1024 * 1024, iterations=1, parallelism=1))
)


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not happened():  # noqa: ASYNC110 (threads know no asyncio.Event)
            await asyncio.sleep(0)


@pytest.fixture
def pool():
    pool = PasswordPool(SeededEntropy(), queue=3, threads=2)
    yield pool
    pool.close()


@pytest.mark.covers("HASH-13")
@pytest.mark.parametrize("config", [CHEAP, ARGON2], ids=["bcrypt", "argon2"])
async def test_a_password_has_the_hash_that_was_made_of_it(pool: PasswordPool, config: Config):
    hash = await pool.hash("pässword", config)
    pool.check_importable(hash)
    assert await pool.verify("pässword", hash)
    assert not await pool.verify("passwörd", hash)
    assert not await pool.verify("\ud800", hash)
    assert not pool.outdated(hash, config)
    assert pool.outdated(hash, ARGON2 if config is CHEAP else CHEAP)


async def test_unknown_hashes_are_refused_before_anything_waits(pool: PasswordPool):
    with pytest.raises(UnknownHash):
        await pool.verify("a", "$bogus$")
    with pytest.raises(UnknownHash):
        pool.check_importable("$bogus$")


async def test_hashing_has_threads_of_its_own_that_stand_back(pool: PasswordPool):
    def look() -> tuple[str, int]:
        return threading.current_thread().name, os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = os.getpriority(os.PRIO_PROCESS, 0)
    name, nice = await pool._run(look)
    assert name.startswith("limen-hash")
    assert nice >= min(10, before + 1)
    assert os.getpriority(os.PRIO_PROCESS, 0) == before


class Held:
    """Work that lasts until it is let go, and knows how many ran at once."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.running = 0
        self.most = 0
        self._lock = threading.Lock()

    def __call__(self) -> None:
        with self._lock:
            self.running += 1
            self.most = max(self.most, self.running)
        self.go.wait(10)
        with self._lock:
            self.running -= 1


async def test_beyond_the_queue_everybody_is_sent_away_at_once(pool: PasswordPool):
    held = Held()
    accepted = [asyncio.ensure_future(pool._run(held)) for _ in range(5)]
    await asyncio.sleep(0)
    for _ in range(100):
        with pytest.raises(Overloaded) as caught:
            await pool.hash("a", CHEAP)
        assert 1 <= caught.value.retry_after <= 30
    held.go.set()
    await asyncio.gather(*accepted)
    assert held.most <= 2
    assert (await pool.hash("a", CHEAP)).startswith("$2a$")


async def test_who_goes_away_still_occupies_their_thread_until_the_work_ends(pool: PasswordPool):
    held = Held()
    accepted = [asyncio.ensure_future(pool._run(held)) for _ in range(5)]
    await until(lambda: held.running == 2)
    for task in accepted:
        task.cancel()
    await asyncio.gather(*accepted, return_exceptions=True)
    assert pool._pending == 2
    held.go.set()
    await until(lambda: pool._pending == 0)
    assert await pool.verify("a", await pool.hash("a", CHEAP))


async def test_a_hundred_argon2_sign_ins_run_no_more_than_two_at_once():
    pool = PasswordPool(SeededEntropy(), queue=100, threads=2)
    hash = await pool.hash("a", ARGON2)
    counted, real = Held(), pool._timed
    counted.go.set()

    def watched(work: Callable[[], object]) -> object:
        counted()
        return real(work)

    pool._timed = watched
    assert all(await asyncio.gather(*(pool.verify("a", hash) for _ in range(100))))
    assert counted.most <= 2
    assert len([thread for thread in threading.enumerate() if thread.name.startswith("limen-hash")]) <= 4
    pool.close()


@pytest.mark.covers("SEC-07")
@pytest.mark.parametrize("config", [CHEAP, ARGON2], ids=["bcrypt", "argon2"])
async def test_nobody_costs_exactly_one_hash_of_the_configured_kind(
    pool: PasswordPool, config: Config, monkeypatch: pytest.MonkeyPatch
):
    work: list[str] = []
    make, read = PasswordPool._made, pool_file.formats.read

    def counting_make(self: PasswordPool, password: bytes, hashers: HashersConfig) -> str:
        work.append("made")
        return make(self, password, hashers)

    def counting_read(hash: str) -> Callable[[bytes], bool]:
        matches = read(hash)

        def matching(password: bytes) -> bool:
            work.append(hash.split("$")[1])
            return matches(password)

        return matching

    monkeypatch.setattr(PasswordPool, "_made", counting_make)
    monkeypatch.setattr(pool_file.formats, "read", counting_read)
    for password in ("a", "p" * 100, "nobody has this password"):
        assert await pool.verify_nobody(password, config) is None
    kind = "2a" if config is CHEAP else "argon2id"
    assert work == ["made", kind, kind]


async def test_an_error_of_the_work_frees_its_place(pool: PasswordPool):
    def broken() -> None:
        raise ZeroDivisionError

    for _ in range(20):
        with pytest.raises(ZeroDivisionError):
            await pool._run(broken)
    await until(lambda: pool._pending == 0)
