"""What is kept of messages that are made after the answer?"""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from samples import LATER, NOW, flow, uuid

from limen.domain.flow.kinds import FlowKind
from limen.domain.identity.addresses import Via
from limen.domain.ids import FlowId, MethodName
from limen.kernel.json_doc import JsonDoc
from limen.ports.asked import Asked, AskedGone
from limen.ports.storage import FlowChanged
from limen.storage import SqlStorage

SECOND = timedelta(seconds=1)


def asked(number: int = 1, seconds: int = 0) -> Asked:
    return Asked(
        id=uuid(number),
        flow_id=FlowId(uuid(100 + number)),
        kind=FlowKind.RECOVERY,
        method=MethodName("code"),
        address="ada@example.org",
        via=Via.EMAIL,
        language="de, en;q=0.5",
        headers=JsonDoc.of({"User-Agent": ["a phone"]}),
        asked_at=NOW + seconds * SECOND,
        due_at=LATER + seconds * SECOND,
    )


async def stored(storage: SqlStorage, *some: Asked) -> None:
    unit = storage.unit()
    for each in some:
        unit.asked.add(each)
    await unit.commit()


@pytest.mark.covers("SEC-08", "COU-01")
async def test_what_is_owed_comes_back_as_it_was_once_it_is_due_and_in_order(storage: SqlStorage) -> None:
    await stored(storage, asked(2, 1), asked(1), asked(3, 2))
    assert await storage.asked.due(LATER - SECOND, 10) == ()
    assert await storage.asked.due(LATER + SECOND, 10) == (asked(1), asked(2, 1))
    assert await storage.asked.due(LATER + 2 * SECOND, 2) == (asked(1), asked(2, 1))


@pytest.mark.covers("SEC-08", "COU-01")
async def test_of_several_who_made_it_one_stores_what_they_made(storage: SqlStorage) -> None:
    await stored(storage, asked(1))

    async def made(number: int) -> bool:
        unit = storage.unit()
        unit.asked.remove(asked(1).id)
        unit.flows.add(flow(number))
        try:
            await unit.commit()
        except AskedGone:
            return False
        return True

    done = await asyncio.gather(*(made(number) for number in range(1, 6)))
    kept = [await storage.flows.get(type(flow(n).detail), flow(n).id) is not None for n in range(1, 6)]
    assert (sum(done), kept) == (1, list(done))
    assert await storage.asked.due(LATER + SECOND, 10) == ()


@pytest.mark.covers("SEC-08", "COU-01")
async def test_one_of_several_takes_it_up(storage: SqlStorage) -> None:
    await stored(storage, asked(1))
    until = LATER + 10 * SECOND

    async def took_up() -> bool:
        unit = storage.unit()
        unit.asked.lease(asked(1), until)
        try:
            await unit.commit()
        except AskedGone:
            return False
        return True

    assert sum(await asyncio.gather(*(took_up() for _ in range(5)))) == 1
    assert await storage.asked.due(LATER + SECOND, 10) == ()
    assert await storage.asked.due(until, 10) == (msgspec.structs.replace(asked(1), due_at=until),)


@pytest.mark.covers("SEC-08", "COU-01")
async def test_nothing_is_owed_for_a_form_that_was_not_stored(storage: SqlStorage) -> None:
    unit = storage.unit()
    unit.flows.save(flow(1))
    unit.asked.add(asked(1))
    with pytest.raises(FlowChanged):
        await unit.commit()
    assert await storage.asked.due(LATER + SECOND, 10) == ()
