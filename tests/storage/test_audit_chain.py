"""Does the chain of what operators changed stay one? (docs/adr/0022)"""

import asyncio

import msgspec
import pytest
from samples import person
from test_figures import told

from doubles.clock import ManualClock
from limen.domain.admin.audit import GENESIS, AuditDraft, AuditEntry
from limen.kernel.json_doc import JsonDoc
from limen.ports.storage import IdentifierTaken, StorageUnavailable
from limen.storage import SqlStorage, open_storage

MANY = 12


def draft(target: str = "somebody") -> AuditDraft:
    return AuditDraft(
        at=ManualClock().now(),
        actor="deploy",
        key_id="00000000-0000-4000-8000-0000000000aa",
        peer="192.0.2.7",
        operation="DELETE /admin/identities/{id}",
        target=target,
        change=JsonDoc.of({"removed": True, "why": "äöü ✓"}),
    )


async def note(storage: SqlStorage, *targets: str) -> None:
    unit = storage.unit()
    for target in targets:
        unit.audit.add(draft(target))
    await unit.commit()


async def chain(storage: SqlStorage) -> list[AuditEntry]:
    return list(await storage.audit.since(0, 1000))


def assert_one_chain(entries: list[AuditEntry]) -> None:
    assert [each.number for each in entries] == list(range(1, len(entries) + 1))
    assert [each.previous for each in entries] == [GENESIS, *(each.hash for each in entries)][: len(entries)]
    assert all(each.genuine for each in entries)


async def test_entries_are_chained_and_read_back_as_they_were_written(storage: SqlStorage) -> None:
    assert await chain(storage) == []
    await note(storage, "a")
    await note(storage, "b", "c")
    entries = await chain(storage)
    assert_one_chain(entries)
    assert [each.draft for each in entries] == [draft("a"), draft("b"), draft("c")]


async def test_pages_go_backwards_from_the_newest(storage: SqlStorage) -> None:
    await note(storage, *"abcde")
    newest = await storage.audit.newest(2)
    assert [each.draft.target for each in newest] == ["e", "d"]
    assert [each.number for each in await storage.audit.newest(9, before=newest[-1].number)] == [3, 2, 1]
    assert [each.number for each in await storage.audit.since(3, 1)] == [4]


async def test_writers_at_the_same_time_keep_one_chain(storage: SqlStorage) -> None:
    await asyncio.gather(*(note(storage, str(number)) for number in range(MANY)))
    entries = await chain(storage)
    assert_one_chain(entries)
    assert {each.draft.target for each in entries} == {str(number) for number in range(MANY)}


@pytest.mark.postgres
async def test_two_servers_at_once_keep_one_chain(postgres_dsn: str) -> None:
    one, other = await open_storage(postgres_dsn), await open_storage(postgres_dsn)
    await asyncio.gather(*(note(storage, str(number)) for number in range(MANY) for storage in (one, other)))
    entries = await chain(one)
    await one.close()
    await other.close()
    assert len(entries) == 2 * MANY
    assert_one_chain(entries)


async def test_two_processes_on_one_file_keep_one_chain(file_dsn: str) -> None:
    one, other = await open_storage(file_dsn), await open_storage(file_dsn, alone=False)
    await asyncio.gather(*(note(storage, str(number)) for number in range(MANY) for storage in (one, other)))
    entries = await chain(one)
    await one.close()
    await other.close()
    assert len(entries) == 2 * MANY
    assert_one_chain(entries)


async def made(storage: SqlStorage, number: int, email: str) -> None:
    unit = storage.unit()
    unit.identities.add(person(number, email))
    unit.audit.add(draft(str(number)))
    await unit.commit()


async def test_one_of_many_that_is_refused_harms_no_other(storage: SqlStorage) -> None:
    """They share a commit; the third and the tenth have the address of somebody before them."""
    emails = [f"person-{number}@house.test" for number in range(MANY)]
    emails[2], emails[9] = emails[0], emails[8]
    ended = await asyncio.gather(
        *(made(storage, number, email) for number, email in enumerate(emails)), return_exceptions=True
    )
    assert {number for number, error in enumerate(ended) if isinstance(error, IdentifierTaken)} == {2, 9}
    assert {number for number, error in enumerate(ended) if error is None} == set(range(MANY)) - {2, 9}
    entries = await chain(storage)
    assert_one_chain(entries)
    assert [each.draft.target for each in entries] == [str(at) for at in range(MANY) if at not in {2, 9}]
    for number, error in enumerate(ended):
        assert (await storage.identities.get(person(number).id) is None) == (error is not None)


async def test_those_that_wait_share_a_commit(storage: SqlStorage) -> None:
    before = (await told(storage))["limen_database_units_total"]
    await asyncio.gather(*(note(storage, str(number)) for number in range(100)))
    assert (await told(storage))["limen_database_units_total"] - before <= 3
    assert_one_chain(await chain(storage))


async def test_who_stops_waiting_stops_nothing(storage: SqlStorage) -> None:
    hasty = [asyncio.ensure_future(note(storage, f"hasty {number}")) for number in range(3)]
    patient = asyncio.ensure_future(note(storage, "patient"))
    await asyncio.sleep(0)
    for task in hasty:
        task.cancel()
    await patient
    await note(storage, "after")
    entries = await chain(storage)
    assert_one_chain(entries)
    assert {each.draft.target for each in entries} >= {"patient", "after"}


async def test_after_the_end_everybody_is_told(storage: SqlStorage) -> None:
    await storage.close()
    ended = await asyncio.gather(*(note(storage, str(number)) for number in range(3)), return_exceptions=True)
    assert [type(error) for error in ended] == [StorageUnavailable] * 3


async def test_a_change_and_its_entry_happen_together_or_not_at_all(storage: SqlStorage) -> None:
    identity = person(1)
    unit = storage.unit()
    unit.identities.add(identity)
    unit.audit.add(draft("made"))
    await unit.commit()
    assert await storage.identities.get(identity.id) is not None

    unit = storage.unit()
    unit.identities.save(identity, msgspec.structs.replace(identity, updated_at=ManualClock().now().replace(year=1999)))
    unit.audit.add(draft("never"))
    with pytest.raises(Exception, match="meantime"):
        await unit.commit()
    await note(storage, "after")
    entries = await chain(storage)
    assert_one_chain(entries)
    assert [each.draft.target for each in entries] == ["made", "after"]
