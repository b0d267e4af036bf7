"""How are flows stored?"""

import asyncio

import msgspec
import pytest
from samples import flow, person, uuid

from limen.domain.flow.details import LoginDetail, RegistrationDetail
from limen.domain.ids import FlowId, MethodName
from limen.ports.storage import FlowChanged
from limen.storage import SqlStorage


async def add(storage: SqlStorage, number: int) -> None:
    unit = storage.unit()
    unit.flows.add(flow(number))
    await unit.commit()


@pytest.mark.covers("FLOW-01")
async def test_a_flow_comes_back_as_it_was(storage: SqlStorage) -> None:
    await add(storage, 1)

    assert await storage.flows.get(LoginDetail, FlowId(uuid(1))) == flow(1)


async def test_a_flow_is_found_only_as_what_it_is(storage: SqlStorage) -> None:
    await add(storage, 1)

    assert await storage.flows.get(RegistrationDetail, FlowId(uuid(1))) is None
    assert await storage.flows.get(LoginDetail, FlowId(uuid(2))) is None


async def test_a_save_counts_the_version_up(storage: SqlStorage) -> None:
    await add(storage, 1)
    changed = msgspec.structs.replace(flow(1), active=MethodName("password"), return_to="http://127.0.0.1/home")

    unit = storage.unit()
    unit.flows.save(changed)
    await unit.commit()

    stored = await storage.flows.get(LoginDetail, FlowId(uuid(1)))
    assert stored == msgspec.structs.replace(changed, version=1)


async def test_the_second_of_two_saves_of_one_flow_is_refused_with_all_of_its_unit(storage: SqlStorage) -> None:
    await add(storage, 1)
    units = [storage.unit(), storage.unit()]
    for number, unit in enumerate(units, start=1):
        unit.identities.add(person(number, f"{number}@example.org"))
        unit.flows.save(flow(1))

    answers = await asyncio.gather(*(unit.commit() for unit in units), return_exceptions=True)

    assert [type(answer) for answer in answers] == [type(None), FlowChanged]
    assert await storage.identities.count() == 1


async def test_saving_a_flow_that_is_gone_is_refused(storage: SqlStorage) -> None:
    unit = storage.unit()
    unit.flows.save(flow(1))
    with pytest.raises(FlowChanged):
        await unit.commit()
