"""Where is it written down which hooks ran? In a table, a moment later, so that nobody who signs in waits for it."""

import asyncio
from collections import OrderedDict, deque
from contextlib import suppress
from datetime import datetime
from typing import Final

import msgspec

from limen.app.errors import BadParameter
from limen.app.scope import Scope
from limen.domain.hooks.run import HookRun
from limen.domain.ids import FlowId, canonical_uuid
from limen.kernel.errors import LimenError
from limen.kernel.ids import Ids
from limen.ports.log import Log
from limen.ports.storage import Storage

WAITING: Final = 5_000
"""Runs that wait to be written; of more the oldest are dropped and counted."""
PER_FLOW: Final = 100
"""Runs that are kept of one flow: a form that is sent over and over must not fill the disk."""
_BATCH: Final = 200
_FLOWS: Final = 10_000
_PAUSE: Final = 0.5
"""Seconds between two rounds."""


class StoredJournal:
    """Keeps runs in memory and writes them in batches. After a crash the last half second is missing; the log has it."""

    def __init__(self, storage: Storage, ids: Ids, log: Log) -> None:
        self._storage = storage
        self._ids = ids
        self._log = log
        self._waiting: deque[HookRun] = deque()
        self._seen: OrderedDict[FlowId, int] = OrderedDict()
        self._dropped = 0
        self._stopping = asyncio.Event()

    def ran(self, run: HookRun) -> None:
        """Take note of a run."""
        count = self._seen.pop(run.flow_id, 0) + 1
        self._seen[run.flow_id] = count
        if len(self._seen) > _FLOWS:
            self._seen.popitem(last=False)
        if count > PER_FLOW:
            return
        if len(self._waiting) >= WAITING:
            self._waiting.popleft()
            self._dropped += 1
        self._waiting.append(msgspec.structs.replace(run, id=self._id(run.began_at, count)))

    def _id(self, at: datetime, count: int) -> str:
        """Sorts by time, then by place; the rest tells processes apart."""
        return f"{at:%Y%m%d%H%M%S%f}-{count:03}-{self._ids.uuid()}"

    async def settle(self) -> None:
        """Write down what waits. Raises StorageUnavailable; then it goes on waiting."""
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
            unit = self._storage.unit()
            for run in batch:
                unit.hook_runs.add(run)
            try:
                await unit.commit()
            except LimenError:
                self._waiting.extendleft(reversed(batch))
                raise
        if self._dropped:
            self._log.warning("runs of hooks were not written down", count=self._dropped)
            self._dropped = 0

    async def run(self) -> None:
        """Write down what waits, every half second, until `stop`."""
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _PAUSE)
            with suppress(LimenError):  # the next round tries again
                await self.settle()

    async def stop(self) -> None:
        """Write down the rest."""
        self._stopping.set()
        with suppress(LimenError):
            await self.settle()


async def of_flow(scope: Scope, id: str) -> tuple[HookRun, ...]:
    """What ran in a flow, in order; nothing for a flow that nobody knows. Raises BadParameter for what is no id."""
    known = canonical_uuid(id)
    if known is None:
        raise BadParameter("This is no flow id.")
    await scope.services.journal.settle()
    return tuple(await scope.services.storage.hook_runs.of_flow(FlowId(known)))
