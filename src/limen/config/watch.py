"""When has a configuration file changed, and is it whole?

Files are looked at twice a second instead of being subscribed to: that also works on mounted volumes and through
renamed links, and a busy database file in the same folder wakes nobody.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, TypeAlias

from limen.config.load import FileText, LoadedConfig, read_files
from limen.config.problems import ConfigRefused
from limen.config.source import ConfigSource
from limen.kernel.errors import LimenError

LOOK_SECONDS: Final = 0.5
SETTLE_SECONDS: Final = 0.05
SETTLE_LOOKS: Final = 16
"""A file that stays empty or keeps changing for longer than this many pauses is taken as it is."""

Pause: TypeAlias = Callable[[float], Awaitable[None]]
Adopt: TypeAlias = Callable[[LoadedConfig], Awaitable[None]]
Mark: TypeAlias = tuple[tuple[int, int, int], ...]


class Watcher:
    """Keeps a `ConfigSource` in step with its files; a change is in force within two seconds (CFG-04).

    `adopt` prepares what depends on the configuration (schemas, say) and may raise LimenError to refuse it; the source
    is swapped after it. `refused` hears of every change that was not taken, `changed` of every one that was.
    """

    def __init__(
        self,
        source: ConfigSource,
        *,
        refused: Callable[[LimenError], None],
        changed: Callable[[LoadedConfig], None],
        adopt: Adopt | None = None,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._source = source
        self._files = source.loaded.files
        self._refused = refused
        self._changed = changed
        self._adopt = adopt
        self._pause = pause
        self._mark = _mark(self._files)

    async def run(self) -> None:
        """Look for ever; ends at once when there are no files."""
        while self._files:
            await self._pause(LOOK_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Take the files over if they have changed since the last look."""
        mark = _mark(self._files)
        if mark == self._mark:
            return
        self._mark = mark
        try:
            loaded = self._source.prepare(await self._settled())
            if self._adopt is not None:
                await self._adopt(loaded)
        except LimenError as error:
            self._refused(error)
            return
        self._source.use(loaded)
        self._changed(loaded)

    async def _settled(self) -> tuple[FileText, ...]:
        """The files once nobody writes to them any more. Raises ConfigRefused when one cannot be read."""
        before: tuple[FileText, ...] | None = None
        for _ in range(SETTLE_LOOKS):
            now = _read(self._files)
            if now is not None and now == before and all(file.text.strip() for file in now):
                return now
            before = now
            await self._pause(SETTLE_SECONDS)
            self._mark = _mark(self._files)
        return read_files(self._files)


def _mark(files: tuple[Path, ...]) -> Mark:
    return tuple(_mark_of(file) for file in files)


def _mark_of(file: Path) -> tuple[int, int, int]:
    try:
        found = file.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def _read(files: tuple[Path, ...]) -> tuple[FileText, ...] | None:
    try:
        return read_files(files)
    except ConfigRefused:
        return None
