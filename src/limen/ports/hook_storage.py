"""How is kept what hooks leave behind? Parts of a database and of a unit of work, as in storage.py."""

from collections.abc import Sequence
from typing import Protocol

from limen.domain.hooks.run import HookRun
from limen.domain.ids import FlowId


class HookRunReads(Protocol):
    async def of_flow(self, flow_id: FlowId) -> Sequence[HookRun]:
        """What ran in a flow, in order; a thousand at most."""
        ...


class HookRunWrites(Protocol):
    def add(self, run: HookRun) -> None: ...
