"""What became of the calls of ignored web hooks? As operators ask: listed, looked at, sent once more."""

from collections.abc import Sequence
from typing import Final

import msgspec

from limen.app.errors import BadParameter
from limen.app.scope import Scope
from limen.domain.hooks.delivery import Delivery, DeliveryStatus
from limen.domain.ids import canonical_uuid
from limen.kernel.errors import LimenError
from limen.ports.hook_storage import DeliveryFilter, DeliveryTaken

_BATCH: Final = 100


class DeliveryUnknown(LimenError):
    """No delivery has that id (HTTP 404)."""


class DeliveryPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page, and whether there are more behind it."""

    deliveries: Sequence[Delivery]
    more: bool


async def listed(scope: Scope, what: DeliveryFilter, limit: int, after: tuple[str, str] | None) -> DeliveryPage:
    """Deliveries, newest first."""
    found = await scope.services.storage.deliveries.page(what, limit + 1, after)
    return DeliveryPage(deliveries=found[:limit], more=len(found) > limit)


async def one(scope: Scope, id: str) -> Delivery:
    """A delivery. Raises BadParameter for what is no id, DeliveryUnknown."""
    known = canonical_uuid(id)
    if known is None:
        raise BadParameter("This is no id of a delivery.")
    found = await scope.services.storage.deliveries.get(known)
    if found is None:
        raise DeliveryUnknown("There is no delivery with this id.")
    return found


async def repeated(scope: Scope, id: str) -> Delivery:
    """Have it sent once more, whatever became of it, with the same key. Raises BadParameter, DeliveryUnknown, DeliveryTaken."""
    await _repeat(scope, await one(scope, id))
    return await one(scope, id)


async def all_dead_repeated(scope: Scope, hook: str) -> int:
    """Have everything that was given up sent once more, of one hook or, without one, of all; how many there were."""
    count, what = 0, DeliveryFilter(status=DeliveryStatus.DEAD, hook=hook)
    while dead := await scope.services.storage.deliveries.page(what, _BATCH):
        sent = 0
        for delivery in dead:
            try:
                await _repeat(scope, delivery)
            except DeliveryTaken:
                continue  # somebody else has just done so
            sent += 1
        count += sent
        if not sent:
            break
    return count


async def _repeat(scope: Scope, delivery: Delivery) -> None:
    most = delivery.attempts + scope.config.clients.web_hook.deliveries.attempts
    unit = scope.services.storage.unit()
    unit.deliveries.repeat(delivery, most, scope.services.clock.now())
    await unit.commit()
