"""How do operators see hooks: which of them ran in a flow, and which calls are still to be made? Ours, not in Kratos."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from limen.domain.hooks.delivery import Delivery, DeliveryStatus
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


class WireDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """A call without its body, its address and whatever proves who makes it."""

    id: str
    hook: str
    event: str
    flow_id: str
    target: str
    status: str
    attempts: int
    most_attempts: int
    last_answer: str
    body_bytes: int
    created_at: datetime
    updated_at: datetime
    due_at: datetime | None


class Repeated(msgspec.Struct, frozen=True):
    repeated: int


def delivery(found: Delivery) -> WireDelivery:
    """A call of an ignored web hook."""
    over = found.status in {DeliveryStatus.DELIVERED, DeliveryStatus.DEAD}
    return WireDelivery(
        id=found.id,
        hook=found.hook,
        event=found.event,
        flow_id=found.flow_id,
        target=found.target,
        status=found.status.value,
        attempts=found.attempts,
        most_attempts=found.most_attempts,
        last_answer=found.answer,
        body_bytes=len(found.body),
        created_at=found.created_at,
        updated_at=found.updated_at,
        due_at=None if over else found.due_at,
    )
