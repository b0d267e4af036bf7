"""What does storage promise of one-time codes and links?"""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from samples import LATER, NOW, flow, person, store, uuid

from limen.domain.identity.addresses import Via
from limen.domain.ids import FlowId, IdentityId
from limen.ports.one_time_secrets import OneTimeSecret, SecretPurpose, SecretSpent, WrongGuess
from limen.storage import SqlStorage

ADA = "ada@example.org"


def secret(number: int, purpose: SecretPurpose = SecretPurpose.RECOVERY_CODE) -> OneTimeSecret:
    return OneTimeSecret(
        id=uuid(number),
        purpose=purpose,
        flow_id=FlowId(uuid(1)),
        identity_id=None,
        address=ADA,
        via=Via.EMAIL,
        hmac=bytes([number]) * 32,
        issued_at=NOW + timedelta(seconds=number),
        expires_at=LATER,
    )


async def kept(storage: SqlStorage, *secrets: OneTimeSecret) -> None:
    unit = storage.unit()
    unit.flows.add(flow(1))
    for each in secrets:
        unit.secrets.add(each)
    await unit.commit()


@pytest.mark.covers("LINK-02", "VER-17")
async def test_secrets_come_back_as_they_were_newest_first(storage: SqlStorage) -> None:
    ada = person(1, ADA)
    await store(storage, ada)
    first = msgspec.structs.replace(secret(1), identity_id=IdentityId(ada.id), admin=True)
    second, other = secret(2), secret(3, SecretPurpose.LOGIN_CODE)
    await kept(storage, first, second, other)
    found = await storage.secrets.of_flow(SecretPurpose.RECOVERY_CODE, FlowId(uuid(1)))
    assert list(found) == [second, first]
    assert await storage.secrets.by_hmac(SecretPurpose.LOGIN_CODE, other.hmac) == other
    assert await storage.secrets.by_hmac(SecretPurpose.RECOVERY_CODE, other.hmac) is None


@pytest.mark.covers("SEC-09", "LINK-01")
async def test_a_secret_is_spent_once_however_many_ask_for_it(storage: SqlStorage) -> None:
    await kept(storage, secret(1))

    async def spend() -> bool:
        unit = storage.unit()
        unit.secrets.spend(uuid(1), LATER)
        try:
            await unit.commit()
        except SecretSpent:
            return False
        return True

    assert sorted(await asyncio.gather(*(spend() for _ in range(8)))) == [False] * 7 + [True]
    (found,) = await storage.secrets.of_flow(SecretPurpose.RECOVERY_CODE, FlowId(uuid(1)))
    assert found.used_at == LATER


async def test_a_spent_secret_undoes_what_was_to_come_of_it(storage: SqlStorage) -> None:
    await kept(storage, secret(1))
    unit = storage.unit()
    unit.secrets.spend(uuid(1), NOW)
    await unit.commit()
    unit = storage.unit()
    unit.flows.add(flow(2))
    unit.secrets.spend(uuid(1), NOW)
    with pytest.raises(SecretSpent):
        await unit.commit()
    assert await storage.flows.get(type(flow(2).detail), FlowId(uuid(2))) is None


@pytest.mark.covers("REC-23", "VER-16", "CODE-06")
async def test_the_secrets_of_a_flow_are_replaced_by_purpose(storage: SqlStorage) -> None:
    await kept(storage, secret(1), secret(2, SecretPurpose.LOGIN_CODE))
    unit = storage.unit()
    unit.secrets.remove_of_flow(SecretPurpose.RECOVERY_CODE, FlowId(uuid(1)))
    unit.secrets.add(secret(3))
    await unit.commit()
    found = await storage.secrets.of_flow(SecretPurpose.RECOVERY_CODE, FlowId(uuid(1)))
    assert [each.id for each in found] == [uuid(3)]
    assert len(await storage.secrets.of_flow(SecretPurpose.LOGIN_CODE, FlowId(uuid(1)))) == 1


async def test_secrets_go_with_their_person(storage: SqlStorage) -> None:
    ada = person(1, ADA)
    await store(storage, ada)
    await kept(storage, msgspec.structs.replace(secret(1), identity_id=IdentityId(ada.id)))
    unit = storage.unit()
    unit.identities.remove(ada.id)
    await unit.commit()
    assert await storage.secrets.of_flow(SecretPurpose.RECOVERY_CODE, FlowId(uuid(1))) == []


@pytest.mark.covers("SEC-09")
async def test_wrong_guesses_are_counted_by_address_and_forgotten(storage: SqlStorage) -> None:
    unit = storage.unit()
    for number, address in enumerate((ADA, ADA, "bob@example.org")):
        at = NOW + timedelta(hours=number)
        unit.secrets.note_wrong(WrongGuess(id=uuid(number), address=address, at=at, expires_at=at + timedelta(days=1)))
    await unit.commit()
    assert await storage.secrets.wrong_since(ADA, NOW - timedelta(seconds=1)) == 2
    assert await storage.secrets.wrong_since(ADA, NOW) == 1
    assert await storage.remove_expired(NOW + timedelta(days=3), 100) == 3
    assert await storage.secrets.wrong_since(ADA, NOW - timedelta(seconds=1)) == 0


async def test_a_recovery_address_leads_to_its_person(storage: SqlStorage) -> None:
    ada = person(1, ADA)
    await store(storage, ada)
    found = await storage.identities.by_recovery_address(Via.EMAIL, ADA)
    assert found is None or found.id == ada.id
    assert await storage.identities.by_recovery_address(Via.EMAIL, "bob@example.org") is None


@pytest.mark.covers("SEC-22")
async def test_what_a_person_was_sent_and_did_not_use_can_be_taken_back(storage: SqlStorage) -> None:
    """Of that person only, and in the same unit in which one of them is spent (security.md §2.9)."""
    ada, bob = person(1, ADA), person(2, "bob@example.org")
    for each in (ada, bob):
        await store(storage, each)
    hers = (secret(1), secret(2, SecretPurpose.LOGIN_CODE))
    his, nobodys = secret(3, SecretPurpose.LOGIN_CODE), secret(4)
    await kept(
        storage,
        *(msgspec.structs.replace(each, identity_id=IdentityId(ada.id)) for each in hers),
        msgspec.structs.replace(his, identity_id=IdentityId(bob.id)),
        nobodys,
    )
    unit = storage.unit()
    unit.secrets.spend(uuid(1), LATER)
    unit.secrets.remove_unused(IdentityId(ada.id))
    await unit.commit()
    flow_id = FlowId(uuid(1))
    recovery = await storage.secrets.of_flow(SecretPurpose.RECOVERY_CODE, flow_id)
    assert [(each.id, each.used_at) for each in recovery] == [(uuid(4), None), (uuid(1), LATER)]
    assert [each.id for each in await storage.secrets.of_flow(SecretPurpose.LOGIN_CODE, flow_id)] == [uuid(3)]
