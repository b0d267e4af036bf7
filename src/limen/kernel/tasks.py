"""Who holds background tasks? A group that keeps them alive, logs what they raise and ends them at shutdown."""

import asyncio
from collections.abc import Callable, Coroutine


class Tasks:
    """Background tasks of one running server. `on_crash` hears of a task that ended with an error."""

    def __init__(self, on_crash: Callable[[str, BaseException], None]) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._on_crash = on_crash

    def start(self, name: str, work: Coroutine[None, None, None]) -> None:
        """Run `work` until it ends or `stop` is called."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_crash(task.get_name(), error)

    async def stop(self) -> None:
        """Cancel whatever still runs and wait until it is gone."""
        running = tuple(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
