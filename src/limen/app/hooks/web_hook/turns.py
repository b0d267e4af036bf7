"""How many web hooks are under way at once? A few of each, some more of all, and no more wait than can be remembered."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from limen.app.hooks.web_hook.errors import HookBusy

_OF_ALL: Final = 60
"""Fewer than the connections that Limen keeps for all calls together, so that a slow target leaves some for others."""
_MOST_WAITING: Final = 500


class Turns:
    """Calls under way. Who waits holds neither a connection nor a place in the database."""

    def __init__(self, of_all: int = _OF_ALL, most_waiting: int = _MOST_WAITING) -> None:
        self._all = asyncio.Semaphore(of_all)
        self._each: dict[tuple[str, int], asyncio.Semaphore] = {}
        self._present: Counter[str] = Counter()
        self._most_waiting = most_waiting

    @asynccontextmanager
    async def one(self, hook: str, at_once: int) -> AsyncGenerator[None]:
        """A turn of this hook, of which `at_once` may be under way. Raises HookBusy when too many wait already."""
        if self._present[hook] >= at_once + self._most_waiting:
            raise HookBusy("Too many calls of this web hook wait for their turn.")
        self._present[hook] += 1
        own = self._each.setdefault((hook, at_once), asyncio.Semaphore(at_once))
        try:
            async with own, self._all:
                yield
        finally:
            self._present[hook] -= 1
