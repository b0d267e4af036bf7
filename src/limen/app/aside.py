"""What is done after the answer? Work whose length must not tell strangers what it found (SEC-08, docs/adr/0016)."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from limen.kernel.errors import LimenError
from limen.ports.log import Log

MOST_WAITING: Final = 500
"""So much may wait; beyond it work is done before the answer, whoever it is for."""


def _at_once() -> float:
    return 0.0


class Aside:
    """Work of a running server that nobody waits for. Work with one key is done in the order in which it was asked for.

    `pause` draws by lot how many seconds work waits before it begins: at once would be before the answer is on the wire, and
    at a known moment could be felt by whoever asks something else then.
    """

    def __init__(self, pause: Callable[[], float] = _at_once) -> None:
        self._pause = pause
        self._running: set[asyncio.Task[None]] = set()
        self._last: dict[str, asyncio.Task[None]] = {}

    async def after(self, log: Log, key: str, work: Callable[[], Awaitable[None]]) -> None:
        """Begin the work once whoever asks has answered. What it raises is logged."""
        before = self._last.get(key)
        task = asyncio.get_running_loop().create_task(_done(log, self._pause(), before, work), name="aside")
        self._running.add(task)
        self._last[key] = task
        task.add_done_callback(lambda ended: self._forget(key, ended))
        if len(self._running) > MOST_WAITING:
            await asyncio.wait({task})

    def _forget(self, key: str, ended: asyncio.Task[None]) -> None:
        self._running.discard(ended)
        if self._last.get(key) is ended:
            del self._last[key]

    async def settled(self, seconds: float = 10.0) -> None:
        """Wait until nothing is left, or for that long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._running:
                    await asyncio.wait(tuple(self._running))


async def _done(
    log: Log, pause: float, before: "asyncio.Task[None] | None", work: Callable[[], Awaitable[None]]
) -> None:
    await asyncio.sleep(pause)
    if before is not None:
        await asyncio.wait({before})
    try:
        await work()
    except LimenError as error:
        log.error("work after an answer failed", reason=error.reason)
    except Exception as error:  # noqa: BLE001 (nobody waits for it: whatever it is, the log is where it is told)
        log.error("work after an answer failed", error=type(error).__name__)
