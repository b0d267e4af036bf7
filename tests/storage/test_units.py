"""What does a unit of work promise?"""

import asyncio
import gc
import sqlite3
import threading

import pytest
from samples import flow, person, sign_in, store, token, uuid

from limen.domain.flow.details import LoginDetail
from limen.domain.identity.credentials import CredentialType
from limen.domain.ids import FlowId
from limen.kernel.errors import MalformedInput
from limen.ports.storage import FlowChanged, IdentifierTaken, StorageUnavailable
from limen.storage import SqlStorage
from limen.storage.sqlite import writer


async def test_a_unit_that_is_dropped_changes_nothing(storage: SqlStorage) -> None:
    storage.unit().identities.add(person(1, "ada@example.org"))
    await storage.unit().commit()
    assert await storage.identities.count() == 0


async def test_a_unit_is_empty_after_its_commit(storage: SqlStorage) -> None:
    unit = storage.unit()
    unit.identities.add(person(1, "ada@example.org"))
    await unit.commit()
    await unit.commit()
    assert await storage.identities.count() == 1


async def test_a_write_that_fails_undoes_its_unit_and_no_other(storage: SqlStorage) -> None:
    """All are queued before the writer can answer, so that they share a commit."""

    def unit(number: int) -> asyncio.Future[None]:
        made = storage.unit()
        made.flows.add(flow(number))
        made.identities.add(person(number, f"{number}@example.org"))
        if number == 3:
            made.flows.save(flow(99))
        if number == 4:
            made.identities.add(person(40, "known@example.org"))
        made.flows.add(flow(number + 100))
        return asyncio.ensure_future(made.commit())

    known = storage.unit()
    known.identities.add(person(10, "known@example.org"))
    await known.commit()
    answers = await asyncio.gather(*(unit(number) for number in range(1, 7)), return_exceptions=True)

    assert [type(a) for a in answers] == [
        type(None),
        type(None),
        FlowChanged,
        IdentifierTaken,
        type(None),
        type(None),
    ]
    for number in range(1, 7):
        there = await storage.flows.get(LoginDetail, FlowId(uuid(number))) is not None
        assert there == (number not in {3, 4})
        assert there == (await storage.flows.get(LoginDetail, FlowId(uuid(number + 100))) is not None)
    assert await storage.identities.count() == 5


async def test_five_hundred_commits_at_once_are_all_there(storage: SqlStorage) -> None:
    await asyncio.gather(*(store(storage, person(number, f"{number}@example.org")) for number in range(1, 501)))
    assert await storage.identities.count() == 500
    for number in (1, 250, 500):
        assert await storage.identities.by_identifier((CredentialType.PASSWORD,), f"{number}@example.org") is not None


async def test_who_commits_sees_it_at_once(storage: SqlStorage) -> None:
    ada = person(1, "ada@example.org")
    await store(storage, ada)
    for number in range(1, 101):
        made = await sign_in(storage, number, ada)
        row = await storage.row(token(number))
        assert row is not None
        assert row.session_id == made.id


async def test_who_stops_waiting_breaks_nothing(storage: SqlStorage) -> None:
    tasks = [asyncio.ensure_future(store(storage, person(n, f"{n}@example.org"))) for n in range(1, 21)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)

    assert all(answer is None for answer in answers[1::2])
    await store(storage, person(100, "100@example.org"))
    async with asyncio.timeout(10):  # what was accepted is applied, on a server perhaps a moment later
        while await storage.identities.count() < 21:
            pass
    assert await storage.identities.count() == 21


async def test_text_that_cannot_be_stored_is_bad_input(storage: SqlStorage) -> None:
    broken = "\ud800@example.org"
    with pytest.raises(MalformedInput):
        await storage.identities.by_identifier((CredentialType.PASSWORD,), broken)
    with pytest.raises(MalformedInput):
        await store(storage, person(1, credentials=()), person(2, external_id=broken))
    assert await storage.identities.count() == 0


async def test_nothing_is_accepted_after_closing(storage: SqlStorage) -> None:
    await storage.close()
    with pytest.raises(StorageUnavailable):
        await store(storage, person(1))
    with pytest.raises(StorageUnavailable):
        await storage.row(token(1))
    assert await storage.ready() != ""
    await storage.close()


async def test_closing_finishes_what_was_accepted(filed: SqlStorage, file_dsn: str) -> None:
    waiting = [asyncio.ensure_future(store(filed, person(n, f"{n}@example.org"))) for n in range(1, 200)]
    await asyncio.sleep(0)
    await filed.close()
    await asyncio.gather(*waiting)

    with sqlite3.connect(file_dsn.removeprefix("sqlite://").partition("?")[0]) as connection:
        assert connection.execute("SELECT count(*) FROM identities").fetchone() == (199,)
    connection.close()


async def test_the_queue_is_bounded(filed: SqlStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "MOST_WAITING", 3)
    answers = await asyncio.gather(*(store(filed, person(n)) for n in range(1, 200)), return_exceptions=True)
    assert {type(answer) for answer in answers} <= {type(None), StorageUnavailable}
    assert StorageUnavailable in {type(answer) for answer in answers}
    await store(filed, person(500))


async def test_a_full_disk_is_said_and_gotten_over(filed: SqlStorage) -> None:
    await store(filed, person(1, "ada@example.org"))
    connection = filed._database._writer._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    many = [f"{number}@example.org" for number in range(2000)]
    answers = await asyncio.gather(
        store(filed, person(2, *many)), store(filed, person(3, *many[:900])), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [StorageUnavailable, StorageUnavailable]
    assert await filed.identities.count() == 1

    connection.execute("PRAGMA max_page_count = 1000000")
    await store(filed, person(2, *many))
    assert await filed.identities.count() == 2


async def test_the_writer_thread_ends_with_the_storage(filed: SqlStorage) -> None:
    def writers() -> int:
        return sum(thread.name == "limen-writer" for thread in threading.enumerate())

    assert writers() == 1
    await filed.close()
    gc.collect()
    assert writers() == 0
