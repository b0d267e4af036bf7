"""Is it kept which hooks ran, in their order, and no longer than their flow?"""

from datetime import timedelta

import msgspec
from samples import LATER, NOW, uuid

from limen.domain.flow.kinds import FlowKind
from limen.domain.hooks.run import HookRun, RunOutcome
from limen.domain.ids import FlowId
from limen.storage import SqlStorage


def run(id: str, flow: int = 1) -> HookRun:
    return HookRun(
        id=id,
        flow_id=FlowId(uuid(flow)),
        flow_kind=FlowKind.LOGIN,
        event="LoggedIn",
        hook="python",
        label="crm:tell",
        began_at=NOW,
        took_us=1234,
        outcome=RunOutcome.REFUSED,
        answer="told the person: 4000001",
        expires_at=LATER,
    )


async def stored(storage: SqlStorage, *runs: HookRun) -> None:
    unit = storage.unit()
    for one in runs:
        unit.hook_runs.add(one)
    await unit.commit()


async def test_the_runs_of_a_flow_come_back_in_order(storage: SqlStorage) -> None:
    await stored(storage, run("b"), run("a"), run("c", flow=2))
    assert await storage.hook_runs.of_flow(FlowId(uuid(1))) == (run("a"), run("b"))
    assert await storage.hook_runs.of_flow(FlowId(uuid(3))) == ()


async def test_runs_go_when_their_flow_has_expired(storage: SqlStorage) -> None:
    await stored(storage, run("a"), msgspec.structs.replace(run("b"), expires_at=LATER + timedelta(hours=1)))
    assert await storage.remove_expired(LATER + timedelta(seconds=1), 10) == 1
    assert [each.id for each in await storage.hook_runs.of_flow(FlowId(uuid(1)))] == ["b"]
