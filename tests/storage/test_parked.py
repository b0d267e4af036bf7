"""What is kept of a change that waits until its person has signed in again?"""

from datetime import timedelta

import pytest
from samples import LATER, NOW, person, store, uuid

from limen.domain.ids import IdentityId
from limen.kernel.json_doc import JsonDoc
from limen.ports.parking import Parked
from limen.storage import SqlStorage


def parked(id: str = "one", payload: str = "sealed") -> Parked:
    return Parked(
        id=id, name="settings", identity_id=IdentityId(uuid(1)), payload=JsonDoc.of([payload]), expires_at=LATER
    )


@pytest.mark.covers("SET-06")
async def test_a_parked_submission_comes_back_as_it_was(storage: SqlStorage) -> None:
    await store(storage, person(1, "ada@example.org"))
    unit = storage.unit()
    unit.parked.add(parked())
    unit.parked.add(parked("two"))
    await unit.commit()

    assert await storage.parked.get("one") == parked()
    assert await storage.parked.get("three") is None


@pytest.mark.covers("SET-06")
async def test_parking_again_replaces_and_removing_removes_that_one_only(storage: SqlStorage) -> None:
    await store(storage, person(1, "ada@example.org"))
    unit = storage.unit()
    unit.parked.add(parked())
    unit.parked.add(parked("two"))
    await unit.commit()
    unit = storage.unit()
    unit.parked.remove("one")
    unit.parked.add(parked(payload="another"))
    unit.parked.remove("two")
    unit.parked.remove("never there")
    await unit.commit()

    assert await storage.parked.get("one") == parked(payload="another")
    assert await storage.parked.get("two") is None


async def test_parked_submissions_go_with_their_person_and_when_they_expire(storage: SqlStorage) -> None:
    ada = person(1, "ada@example.org")
    await store(storage, ada)
    unit = storage.unit()
    unit.parked.add(parked())
    await unit.commit()
    assert await storage.remove_expired(NOW, 10) == 0
    assert await storage.remove_expired(LATER + timedelta(seconds=1), 10) == 1
    assert await storage.parked.get("one") is None

    unit = storage.unit()
    unit.parked.add(parked())
    await unit.commit()
    unit = storage.unit()
    unit.identities.remove(ada.id)
    await unit.commit()
    assert await storage.parked.get("one") is None
