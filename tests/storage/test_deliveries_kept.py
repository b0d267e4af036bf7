"""Are calls of web hooks kept until they have arrived, and never given to two senders at once?"""

from datetime import timedelta

import msgspec
import pytest
from samples import NOW, uuid

from limen.domain.hooks.delivery import Delivery, DeliveryStatus
from limen.ports.hook_storage import DeliveryFilter, DeliveryTaken
from limen.storage import SqlStorage
from limen.storage.rows import instant

LEASE = timedelta(minutes=1)
replace = msgspec.structs.replace


def delivery(number: int, hook: str = "crm") -> Delivery:
    at = NOW + timedelta(seconds=number)
    return Delivery(
        id=uuid(number),
        hook=hook,
        fingerprint="f" * 16,
        flow_id=uuid(900),
        event="Registered",
        target="https://crm.test",
        content_type="application/json",
        body='{"name": "Ådå"}'.encode() + b"\x00\xff",
        most_attempts=3,
        created_at=at,
        updated_at=at,
        due_at=at,
    )


async def stored(storage: SqlStorage, *deliveries: Delivery) -> None:
    unit = storage.unit()
    for one in deliveries:
        unit.deliveries.add(one)
    await unit.commit()


async def leased(storage: SqlStorage, found: Delivery, at_second: int) -> Delivery:
    until = NOW + timedelta(seconds=at_second) + LEASE
    unit = storage.unit()
    unit.deliveries.lease(found, until)
    await unit.commit()
    return replace(found, status=DeliveryStatus.SENDING, attempts=found.attempts + 1, due_at=until)


async def settled(storage: SqlStorage, taken: Delivery, status: DeliveryStatus, **more: object) -> Delivery:
    done = replace(taken, status=status, **more)
    unit = storage.unit()
    unit.deliveries.settle(done)
    await unit.commit()
    return done


async def test_a_delivery_comes_back_as_it_was(storage: SqlStorage) -> None:
    await stored(storage, delivery(1), delivery(2))
    assert await storage.deliveries.get(uuid(1)) == delivery(1)
    assert await storage.deliveries.get(uuid(3)) is None


async def test_what_is_due_is_found_hook_by_hook_and_oldest_first(storage: SqlStorage) -> None:
    await stored(storage, delivery(3), delivery(1), delivery(2, "other"), delivery(70))
    now = NOW + timedelta(seconds=60)
    assert [each.id for each in await storage.deliveries.due("crm", now, 10)] == [uuid(1), uuid(3)]
    assert [each.id for each in await storage.deliveries.due("crm", now, 1)] == [uuid(1)]
    assert [each.id for each in await storage.deliveries.due("other", now, 10)] == [uuid(2)]
    assert [each.id for each in await storage.deliveries.overdue(now, 10)] == [uuid(1), uuid(2), uuid(3)]


async def test_of_two_who_take_it_one_has_it(storage: SqlStorage) -> None:
    await stored(storage, delivery(1))
    (read,) = await storage.deliveries.due("crm", NOW + LEASE, 10)
    await leased(storage, read, 60)
    with pytest.raises(DeliveryTaken):
        await leased(storage, read, 60)
    assert await storage.deliveries.due("crm", NOW + LEASE, 10) == ()


async def test_what_nobody_settles_is_there_again_when_the_lease_is_over(storage: SqlStorage) -> None:
    """A sender that was killed, or one that was too slow: then its word no longer counts."""
    await stored(storage, delivery(1))
    slow = await leased(storage, delivery(1), 60)
    (again,) = await storage.deliveries.due("crm", NOW + timedelta(seconds=121), 10)
    assert again == slow
    quick = await leased(storage, again, 200)
    with pytest.raises(DeliveryTaken):
        await settled(storage, slow, DeliveryStatus.DEAD)
    await settled(storage, quick, DeliveryStatus.DELIVERED, answer="204")
    found = await storage.deliveries.get(uuid(1))
    assert found is not None
    assert (found.status, found.attempts, found.answer) == (DeliveryStatus.DELIVERED, 2, "204")


@pytest.mark.parametrize("over", [DeliveryStatus.DELIVERED, DeliveryStatus.DEAD])
async def test_what_is_over_is_not_due_until_it_is_repeated(storage: SqlStorage, over: DeliveryStatus) -> None:
    far = NOW + timedelta(days=1)
    await stored(storage, delivery(1))
    taken = await leased(storage, delivery(1), 60)
    done = await settled(storage, taken, over, expires_at=far)
    assert await storage.deliveries.due("crm", far, 10) == ()
    assert await storage.deliveries.overdue(far, 10) == ()
    unit = storage.unit()
    unit.deliveries.repeat(done, 7, NOW)
    await unit.commit()
    (again,) = await storage.deliveries.due("crm", NOW, 10)
    assert (again.status, again.attempts, again.most_attempts, again.expires_at) == (DeliveryStatus.WAITING, 1, 7, None)


async def test_what_is_being_sent_is_not_repeated(storage: SqlStorage) -> None:
    await stored(storage, delivery(1))
    taken = await leased(storage, delivery(1), 60)
    unit = storage.unit()
    unit.deliveries.repeat(taken, 7, NOW)
    with pytest.raises(DeliveryTaken):
        await unit.commit()


@pytest.mark.parametrize(
    ("what", "numbers"),
    [
        (DeliveryFilter(), [4, 3, 2, 1]),
        (DeliveryFilter(hook="crm"), [4, 3, 1]),
        (DeliveryFilter(status=DeliveryStatus.WAITING), [4, 3, 2]),
        (DeliveryFilter(status=DeliveryStatus.SENDING, hook="crm"), [1]),
        (DeliveryFilter(status=DeliveryStatus.DEAD), []),
    ],
)
async def test_lists_are_filtered_newest_first_and_paged(
    storage: SqlStorage, what: DeliveryFilter, numbers: list[int]
) -> None:
    await stored(storage, delivery(1), delivery(2, "other"), delivery(3), delivery(4))
    await leased(storage, delivery(1), 60)
    seen: list[str] = []
    after: tuple[str, str] | None = None
    while page := await storage.deliveries.page(what, 2, after):
        seen += [each.id for each in page]
        after = (instant(page[-1].created_at), page[-1].id)
    assert seen == [uuid(number) for number in numbers]


async def test_only_what_is_over_goes_and_only_when_its_time_has_come(storage: SqlStorage) -> None:
    await stored(storage, delivery(1), delivery(2))
    taken = await leased(storage, delivery(1), 60)
    await settled(storage, taken, DeliveryStatus.DELIVERED, expires_at=NOW + timedelta(hours=1))
    assert await storage.remove_expired(NOW, 10) == 0
    assert await storage.remove_expired(NOW + timedelta(days=999), 10) == 1
    assert [each.id for each in await storage.deliveries.page(DeliveryFilter(), 10)] == [uuid(2)]
