"""Are messages kept, found when they are due, and never given to two dispatchers at once?"""

from datetime import timedelta

import msgspec
import pytest
from samples import NOW, uuid

from limen.domain.courier.letter import Letter, LetterStatus, TemplateType
from limen.domain.identity.addresses import Via
from limen.kernel.json_doc import JsonDoc
from limen.ports.storage import Dispatch, LetterFilter, LetterTaken, Page
from limen.storage import SqlStorage
from limen.storage.rows import instant

LEASE = timedelta(minutes=1)
replace = msgspec.structs.replace


def letter(number: int, recipient: str = "ada@house.test") -> Letter:
    at = NOW + timedelta(seconds=number)
    return Letter(
        id=uuid(number),
        via=Via.EMAIL,
        status=LetterStatus.QUEUED,
        template=TemplateType.RECOVERY_CODE_VALID,
        recipient=recipient,
        subject="Your code",
        body="123456",
        html="<b>123456</b>",
        data=JsonDoc.of({"to": recipient}),
        request_headers=JsonDoc.of({"Accept": ["*/*"]}),
        created_at=at,
        updated_at=at,
        due_at=at,
    )


def attempt(number: int, about: Letter, status: str = "success") -> Dispatch:
    error = None if status == "success" else JsonDoc.of({"message": "no"})
    return Dispatch(id=uuid(number), letter_id=about.id, status=status, error=error, created_at=about.updated_at)


async def post(storage: SqlStorage, *letters: Letter) -> None:
    unit = storage.unit()
    for one in letters:
        unit.letters.add(one)
    await unit.commit()


async def lease(storage: SqlStorage, found: Letter, at_second: int) -> Letter:
    until = NOW + timedelta(seconds=at_second) + LEASE
    unit = storage.unit()
    unit.letters.lease(found, until)
    await unit.commit()
    return replace(found, status=LetterStatus.PROCESSING, send_count=found.send_count + 1, due_at=until)


async def settle(storage: SqlStorage, taken: Letter, dispatch: Dispatch) -> None:
    unit = storage.unit()
    unit.letters.settle(taken, dispatch)
    await unit.commit()


async def ids_due(storage: SqlStorage, at_second: int, limit: int = 10) -> list[str]:
    return [one.id for one in await storage.letters.due(NOW + timedelta(seconds=at_second), limit)]


@pytest.mark.covers("COU-01")
async def test_a_message_comes_back_as_it_was_stored(storage: SqlStorage) -> None:
    await post(storage, letter(1))
    assert await storage.letters.get(uuid(1)) == letter(1)
    assert await storage.letters.get(uuid(2)) is None


@pytest.mark.covers("COU-02")
async def test_the_oldest_due_messages_come_first(storage: SqlStorage) -> None:
    later = replace(letter(9, "eve@house.test"), due_at=NOW + timedelta(hours=1))
    await post(storage, letter(3, "c@house.test"), letter(1, "a@house.test"), letter(2, "b@house.test"), later)
    assert await ids_due(storage, 60) == [uuid(1), uuid(2), uuid(3)]
    assert await ids_due(storage, 60, limit=2) == [uuid(1), uuid(2)]
    assert await ids_due(storage, 2) == [uuid(1), uuid(2)]


@pytest.mark.covers("COU-02")
async def test_only_one_dispatcher_gets_a_message(storage: SqlStorage) -> None:
    await post(storage, letter(1))
    (found,) = await storage.letters.due(NOW + LEASE, 10)
    taken = await lease(storage, found, 60)
    with pytest.raises(LetterTaken):
        await lease(storage, found, 60)
    assert await storage.letters.get(uuid(1)) == taken
    assert await ids_due(storage, 60) == []


@pytest.mark.covers("COU-02")
async def test_a_message_whose_dispatcher_died_comes_up_again(storage: SqlStorage) -> None:
    await post(storage, letter(1))
    await lease(storage, letter(1), 60)
    assert await ids_due(storage, 119) == []
    assert await ids_due(storage, 120) == [uuid(1)]


async def test_who_was_too_slow_overwrites_nothing(storage: SqlStorage) -> None:
    await post(storage, letter(1))
    slow = await lease(storage, letter(1), 1)
    (again,) = await storage.letters.due(NOW + timedelta(seconds=61), 10)
    quick = replace(await lease(storage, again, 61), status=LetterStatus.SENT)
    await settle(storage, quick, attempt(10, quick))
    with pytest.raises(LetterTaken):
        await settle(storage, replace(slow, status=LetterStatus.QUEUED), attempt(11, slow, "failed"))
    stored = await storage.letters.get(uuid(1))
    assert stored is not None
    assert (stored.status, stored.send_count) == (LetterStatus.SENT, 2)
    assert [one.status for one in await storage.letters.dispatches(uuid(1))] == ["success"]


async def test_messages_to_one_person_are_delivered_one_after_the_other(storage: SqlStorage) -> None:
    await post(storage, letter(1), letter(2), letter(3, "bob@house.test"))
    taken = await lease(storage, letter(1), 60)
    assert await ids_due(storage, 60) == [uuid(3)]
    await settle(storage, replace(taken, status=LetterStatus.SENT), attempt(10, taken))
    assert await ids_due(storage, 60) == [uuid(2), uuid(3)]


async def test_a_message_that_failed_holds_up_no_other(storage: SqlStorage) -> None:
    await post(storage, letter(1), letter(2))
    taken = await lease(storage, letter(1), 60)
    again = replace(taken, status=LetterStatus.QUEUED, due_at=NOW + timedelta(hours=1))
    await settle(storage, again, attempt(10, taken, "failed"))
    assert await ids_due(storage, 60) == [uuid(2)]
    (failed,) = await storage.letters.dispatches(uuid(1))
    assert failed == attempt(10, taken, "failed")


async def hasten(storage: SqlStorage, at_second: int, *letters: Letter) -> None:
    unit = storage.unit()
    for one in letters:
        unit.letters.hasten(one, NOW + timedelta(seconds=at_second))
    await unit.commit()


@pytest.mark.covers("COU-03")
async def test_a_message_that_waits_is_made_due_unless_it_was_tried_since(storage: SqlStorage) -> None:
    await post(storage, letter(1), letter(2, "bob@house.test"))
    put_back: list[Letter] = []
    for number, one in ((10, letter(1)), (11, letter(2, "bob@house.test"))):
        taken = await lease(storage, one, 10)
        put_back.append(replace(taken, status=LetterStatus.QUEUED, due_at=NOW + timedelta(hours=1)))
        await settle(storage, put_back[-1], attempt(number, taken, "failed"))
    first, second = put_back
    await hasten(storage, 20, first, replace(second, send_count=0))
    assert await ids_due(storage, 19) == []
    assert await ids_due(storage, 20) == [uuid(1)]
    assert await storage.letters.get(uuid(1)) == replace(first, due_at=NOW + timedelta(seconds=20))
    await hasten(storage, 90, first)
    assert await ids_due(storage, 20) == [uuid(1)], "what is due already is not put off"


@pytest.mark.covers("COU-03")
async def test_what_is_under_way_or_over_is_not_made_due(storage: SqlStorage) -> None:
    await post(storage, letter(1))
    taken = await lease(storage, letter(1), 60)
    await hasten(storage, 61, taken)
    assert await storage.letters.get(uuid(1)) == taken
    sent = replace(taken, status=LetterStatus.SENT)
    await settle(storage, sent, attempt(10, taken))
    await hasten(storage, 62, sent)
    assert await ids_due(storage, 3600) == []


@pytest.mark.covers("COU-13", "PAGE-05")
async def test_messages_are_listed_newest_first(storage: SqlStorage) -> None:
    sent = replace(letter(2, "bob@house.test"), status=LetterStatus.SENT, due_at=letter(2).updated_at)
    await post(storage, letter(1), sent, letter(3))

    async def listed(what: LetterFilter, page: Page) -> list[str]:
        return [one.id for one in await storage.letters.page(what, page)]

    assert await listed(LetterFilter(), Page(limit=2)) == [uuid(3), uuid(2)]
    after = (instant(letter(2).created_at), uuid(2))
    assert await listed(LetterFilter(), Page(limit=2, after=after)) == [uuid(1)]
    assert await listed(LetterFilter(status=LetterStatus.SENT), Page(limit=9)) == [uuid(2)]
    assert await listed(LetterFilter(recipient="ada@house.test"), Page(limit=9)) == [uuid(3), uuid(1)]
    both = LetterFilter(status=LetterStatus.SENT, recipient="ada@house.test")
    assert await listed(both, Page(limit=9)) == []


async def test_a_message_is_stored_with_the_change_it_reports_or_not_at_all(storage: SqlStorage) -> None:
    await post(storage, letter(1))
    unit = storage.unit()
    unit.letters.add(letter(2))
    unit.letters.lease(replace(letter(1), send_count=7), NOW)
    with pytest.raises(LetterTaken):
        await unit.commit()
    assert await storage.letters.get(uuid(2)) is None
