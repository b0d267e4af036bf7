"""How does the outbox empty itself? Round after round, until it is asked to stop."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from limen.app.courier.dispatch import Dispatcher
from limen.app.courier.inbox import is_open
from limen.config.model import Config
from limen.kernel.errors import LimenError
from limen.ports.log import Log

_IN_DEVELOPMENT: Final = 0.1
"""Seconds between two looks into the outbox while somebody waits in front of the inbox."""
_CLEAN_SECONDS: Final = 60.0
"""Seconds between two looks for messages that need not be kept any longer, once a batch was not full."""
_AFTER_TROUBLE: Final = 5.0
"""Seconds to wait when the database cannot be used."""


class OutboxWatch:
    """Runs dispatchers side by side in one loop: while one waits for the disk, another talks to the mail server."""

    def __init__(self, dispatcher: Dispatcher, config: Callable[[], Config], log: Log) -> None:
        self._dispatcher = dispatcher
        self._config = config
        self._log = log
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._clean_at = 0.0
        self._ended.set()

    async def run(self, side_by_side: int = 3) -> None:
        """Send what is due until `stop` is called."""
        self._ended.clear()
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(side_by_side):
                    group.create_task(self._rounds())
        finally:
            self._ended.set()

    async def stop(self, seconds: float = 30.0) -> None:
        """Take no more messages, and wait until those under way are settled."""
        self._stopping.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), seconds)

    async def _rounds(self) -> None:
        while not self._stopping.is_set():
            config = self._config()
            pause = _IN_DEVELOPMENT if is_open(config) else config.courier.worker.pull_wait.total_seconds()
            try:
                if await self._dispatcher.round(config):
                    continue
                await self._clean(config)
            except LimenError as error:
                self._log.error("the outbox cannot be worked on", reason=error.reason)
                pause = _AFTER_TROUBLE
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    async def _clean(self, config: Config) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._clean_at:
            return
        self._clean_at = now + _CLEAN_SECONDS
        if await self._dispatcher.clean(config):
            # Perhaps there are more: the next idle round looks again.
            self._clean_at = now
