"""How is kept what hooks leave behind? Parts of a database and of a unit of work, as in storage.py."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from limen.domain.hooks.delivery import Delivery, DeliveryStatus
from limen.domain.hooks.run import HookRun
from limen.domain.ids import FlowId
from limen.kernel.errors import LimenError


class HookRunReads(Protocol):
    async def of_flow(self, flow_id: FlowId) -> Sequence[HookRun]:
        """What ran in a flow, in order; a thousand at most."""
        ...


class HookRunWrites(Protocol):
    def add(self, run: HookRun) -> None: ...


class DeliveryTaken(LimenError):
    """Somebody else has the delivery."""


class DeliveryFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which deliveries to list."""

    status: DeliveryStatus | None = None
    hook: str = ""


class DeliveryReads(Protocol):
    async def get(self, id: str) -> Delivery | None: ...

    async def page(self, what: DeliveryFilter, limit: int, after: tuple[str, str] | None = None) -> Sequence[Delivery]:
        """Deliveries, newest first. `after` is the last one's (`created_at` as stored, id)."""
        ...

    async def due(self, hook: str, now: datetime, limit: int) -> Sequence[Delivery]:
        """What of one hook is to be sent, and what a lease ran out of, oldest first."""
        ...

    async def overdue(self, before: datetime, limit: int) -> Sequence[Delivery]:
        """What of any hook should have been sent before that time, oldest first: its hook may be gone."""
        ...


class DeliveryWrites(Protocol):
    def add(self, delivery: Delivery) -> None: ...

    def lease(self, delivery: Delivery, until: datetime) -> None:
        """Take a due delivery for oneself until then and count the attempt. The commit raises DeliveryTaken."""
        ...

    def settle(self, delivery: Delivery) -> None:
        """Write what became of an attempt: `delivery` as it is now, with the count of the lease. The commit raises
        DeliveryTaken when the lease ran out and somebody else took it since.
        """
        ...

    def repeat(self, delivery: Delivery, most_attempts: int, at: datetime) -> None:
        """Have it sent once more, up to so many attempts in all. The commit raises DeliveryTaken while it is being sent."""
        ...
