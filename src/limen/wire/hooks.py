"""How do operators see hooks: which of them ran in a flow? Ours, without a counterpart in Kratos."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from limen.domain.hooks.run import HookRun


class WireRun(msgspec.Struct, frozen=True, kw_only=True):
    event: str
    hook: str
    label: str
    began_at: datetime
    took_ms: float
    outcome: str
    answer: str


class WireRuns(msgspec.Struct, frozen=True, kw_only=True):
    flow_id: str
    hooks: tuple[WireRun, ...]


def runs(flow_id: str, found: Sequence[HookRun]) -> WireRuns:
    """The runs of a flow, in order."""
    return WireRuns(flow_id=flow_id, hooks=tuple(map(_run, found)))


def _run(run: HookRun) -> WireRun:
    return WireRun(
        event=run.event,
        hook=run.hook,
        label=run.label,
        began_at=run.began_at,
        took_ms=run.took_us / 1000,
        outcome=run.outcome.value,
        answer=run.answer,
    )
