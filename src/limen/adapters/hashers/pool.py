"""Where are passwords hashed? In threads of their own that give way to everything else, and never more than may wait."""

import asyncio
import math
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Final, TypeVar

from limen.adapters.hashers import argon2_hashes, bcrypt_hashes, formats
from limen.config.hashers import Argon2Config, BcryptConfig, HashersConfig
from limen.config.model import Config
from limen.kernel.entropy import Entropy
from limen.ports.meter import Family, Sample
from limen.ports.passwords import Overloaded

T = TypeVar("T")

_NICE: Final = 10
"""How far the threads stand back (performance.md §7: keeps the session check at its speed while people sign in)."""
_LONGEST_WAIT: Final = 30
_NOBODYS_PASSWORD: Final = b"nobody has this password"
_Parameters = tuple[str, BcryptConfig | Argon2Config]


class PasswordPool:
    """Passwords by a bounded pool: `threads` hashes at once (one per processor), `queue` waiting, Overloaded beyond.

    The memory of argon2 is bounded by `threads` times that of one hash, however many people sign in.
    """

    def __init__(self, entropy: Entropy, *, queue: int, threads: int | None = None) -> None:
        self._entropy = entropy
        self._threads = threads or os.cpu_count() or 1
        self._most = self._threads + queue
        self._executor = ThreadPoolExecutor(self._threads, thread_name_prefix="limen-hash", initializer=_stand_back)
        self._lock = threading.Lock()
        self._pending = 0
        self._refused = 0
        self._mean_seconds = 0.25
        self._nobodys: dict[_Parameters, str] = {}

    async def hash(self, password: str, config: Config) -> str:
        """A hash of the configured algorithm.

        Raises Overloaded, and MalformedInput for a password above the 72 bytes of bcrypt.
        """
        octets, hashers = _octets(password), config.hashers
        return await self._run(lambda: self._made(octets, hashers))

    async def verify(self, password: str, hash: str) -> bool:
        """Whether the password has that hash. Raises Overloaded, UnknownHash."""
        matches, octets = formats.read(hash), _octets(password)
        return await self._run(lambda: matches(octets))

    async def verify_nobody(self, password: str, config: Config) -> None:
        """The work of `verify` with the configured algorithm and cost (SEC-07). Raises Overloaded."""
        octets, hashers = _octets(password), config.hashers
        await self._run(lambda: self._verify_nobody(octets, hashers))

    def check_importable(self, hash: str) -> None:
        """Raises UnknownHash unless `verify` can handle the hash within safe bounds (IMP-01, SEC-24)."""
        formats.check_importable(hash)

    def outdated(self, hash: str, config: Config) -> bool:
        """Whether the hash is not of the configured algorithm (PWD-04)."""
        return formats.is_outdated(hash, config.hashers)

    async def figures(self) -> Sequence[Family]:
        """How busy the pool is, for who looks after the server."""
        return (
            Family(
                name="limen_hash_pool_hashes",
                kind="gauge",
                help="Password hashes under way and waiting.",
                samples=(Sample(self._pending),),
            ),
            Family(
                name="limen_hash_pool_places",
                kind="gauge",
                help="How many may be under way and wait together.",
                samples=(Sample(self._most),),
            ),
            Family(
                name="limen_hash_pool_refused_total",
                kind="counter",
                help="Requests that were sent away because the pool was full.",
                samples=(Sample(self._refused),),
            ),
            Family(
                name="limen_hash_pool_seconds",
                kind="gauge",
                help="How long a hash takes at the moment, smoothed.",
                samples=(Sample(self._mean_seconds),),
            ),
        )

    def close(self) -> None:
        """Start no more hashes; those that run are not waited for."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _made(self, password: bytes, config: HashersConfig) -> str:
        if config.algorithm == "argon2":
            return argon2_hashes.make(password, config.argon2, self._entropy)
        return bcrypt_hashes.make(password, config.bcrypt.cost, self._entropy)

    def _verify_nobody(self, password: bytes, config: HashersConfig) -> None:
        key = (config.algorithm, config.argon2 if config.algorithm == "argon2" else config.bcrypt)
        known = self._nobodys.get(key)
        if known is None:
            # Making a hash is the same work as verifying one: the first stranger waits no longer than the others.
            self._nobodys[key] = self._made(_NOBODYS_PASSWORD, config)
        else:
            formats.read(known)(password)

    async def _run(self, work: Callable[[], T]) -> T:
        with self._lock:
            if self._pending >= self._most:
                self._refused += 1
                seconds = math.ceil(self._pending * self._mean_seconds / self._threads)
                raise Overloaded(retry_after=max(1, min(seconds, _LONGEST_WAIT)))
            self._pending += 1
        try:
            future = self._executor.submit(self._timed, work)
        except BaseException:
            self._ended()
            raise
        # Counted down when the work ends, not when its asker goes away: a cancelled request still occupies its thread.
        future.add_done_callback(self._ended)
        return await asyncio.wrap_future(future)

    def _timed(self, work: Callable[[], T]) -> T:
        start = time.monotonic()
        try:
            return work()
        finally:
            self._mean_seconds += 0.1 * (time.monotonic() - start - self._mean_seconds)

    def _ended(self, _: "Future[T] | None" = None) -> None:
        with self._lock:
            self._pending -= 1


def _octets(password: str) -> bytes:
    # Half a surrogate pair is no text, yet a JSON body can hold one: it matches nothing, and is no error either.
    return password.encode(errors="surrogatepass")


def _stand_back() -> None:
    with suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
