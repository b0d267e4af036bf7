"""How is it kept which hooks ran? One row each, until the flow expires that they ran in."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from limen.domain.flow.kinds import FlowKind
from limen.domain.hooks.run import HookRun, RunOutcome
from limen.domain.ids import FlowId
from limen.storage.database import Database, query
from limen.storage.rows import instant
from limen.storage.statements import Write


class HookRunRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of `hook_runs`, in the order of the columns."""

    id: str
    flow_id: FlowId
    flow_kind: FlowKind
    event: str
    hook: str
    label: str
    began_at: datetime
    took_us: int
    outcome: RunOutcome
    answer: str
    expires_at: datetime


class SqlHookRunReads:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._of_flow = query(database, "hook_runs.OF_FLOW", HookRunRow)

    async def of_flow(self, flow_id: FlowId) -> Sequence[HookRun]:
        """What ran in a flow, in order."""
        values = self._of_flow.compiled.bind({"flow_id": flow_id})
        return tuple(_run(row) for row in await self._database.all(self._of_flow, values))


class HookRunChanges:
    """The writes, compiled."""

    def __init__(self, database: Database) -> None:
        self._add = database.compile("hook_runs.ADD")

    def add(self, run: HookRun) -> Write:
        return self._add.write(
            {
                "id": run.id,
                "flow_id": run.flow_id,
                "flow_kind": run.flow_kind.value,
                "event": run.event,
                "hook": run.hook,
                "label": run.label,
                "began_at": instant(run.began_at),
                "took_us": run.took_us,
                "outcome": run.outcome.value,
                "answer": run.answer,
                "expires_at": instant(run.expires_at),
            }
        )


class SqlHookRunWrites:
    """Adds to one unit of work."""

    def __init__(self, changes: HookRunChanges, writes: list[Write]) -> None:
        self._changes = changes
        self._writes = writes

    def add(self, run: HookRun) -> None:
        self._writes.append(self._changes.add(run))


def _run(row: HookRunRow) -> HookRun:
    return HookRun(
        id=row.id,
        flow_id=row.flow_id,
        flow_kind=row.flow_kind,
        event=row.event,
        hook=row.hook,
        label=row.label,
        began_at=row.began_at,
        took_us=row.took_us,
        outcome=row.outcome,
        answer=row.answer,
        expires_at=row.expires_at,
    )
