"""How are identities stored?"""

import asyncio

import msgspec
import pytest
from samples import LATER, NOW, credential, person, sign_in, store, token, uuid, verifiable

from limen.domain.identity.addresses import AddressStatus, Via
from limen.domain.identity.credentials import CredentialType
from limen.domain.identity.identity import IdentityState
from limen.domain.ids import IdentityId
from limen.kernel.json_doc import JsonDoc
from limen.ports.storage import ExternalIdTaken, IdentifierTaken, IdentityChanged, IdentityFilter, Page
from limen.storage import SqlStorage

PASSWORD = CredentialType.PASSWORD


@pytest.mark.covers("ID-01")
async def test_an_identity_comes_back_as_it_was_and_its_traits_byte_for_byte(storage: SqlStorage) -> None:
    ada = msgspec.structs.replace(
        person(1, "ada@example.org", external_id="crm-1", organization_id="org"),
        metadata_public=JsonDoc.parse("null"),
        metadata_admin=JsonDoc.parse('{"a": 1}'),
        region="eu",
    )
    await store(storage, ada)

    found = await storage.identities.get(ada.id)
    assert found == ada
    assert found is not None
    assert found.traits.text == '{"name": "Ada",  "emails": [] }'


async def test_an_identity_is_found_by_what_belongs_to_it(storage: SqlStorage) -> None:
    ada = person(
        1,
        "ada@example.org",
        external_id="crm-1",
        credentials=(credential(PASSWORD, "ada"), credential(CredentialType.CODE, "ada@example.org")),
    )
    await store(storage, ada, person(2, "bob@example.org"))
    identities = storage.identities

    assert await identities.by_identifier((CredentialType.OIDC, PASSWORD), "ada") == ada
    assert await identities.by_identifier((CredentialType.OIDC,), "ada") is None
    assert await identities.by_identifier((), "ada") is None
    assert await identities.by_verifiable_address(Via.EMAIL, "ada@example.org") == ada
    assert await identities.by_verifiable_address(Via.SMS, "ada@example.org") is None
    assert await identities.by_external_id("crm-1") == ada
    assert await identities.by_external_id("crm-2") is None
    assert await identities.get(IdentityId(uuid(3))) is None
    assert await identities.count() == 2


@pytest.mark.covers("REG-12")
async def test_of_two_units_that_race_for_one_identifier_exactly_one_wins(storage: SqlStorage) -> None:
    people = [person(number, "same@example.org") for number in range(1, 9)]

    answers = await asyncio.gather(*(store(storage, one) for one in people), return_exceptions=True)

    assert sorted(type(answer).__name__ for answer in answers) == ["IdentifierTaken"] * 7 + ["NoneType"]
    assert await storage.identities.count() == 1


async def test_an_address_belongs_to_one_identity(storage: SqlStorage) -> None:
    await store(storage, person(1, "ada@example.org"))
    other = person(2, "ada@example.org", credentials=())
    with pytest.raises(IdentifierTaken):
        await store(storage, msgspec.structs.replace(other, recovery_addresses=()))
    with pytest.raises(IdentifierTaken):
        await store(storage, msgspec.structs.replace(other, verifiable_addresses=()))


async def test_an_external_id_belongs_to_one_identity(storage: SqlStorage) -> None:
    await store(storage, person(1, external_id="crm-1"), person(2), person(3))
    with pytest.raises(ExternalIdTaken):
        await store(storage, person(4, external_id="crm-1"))


async def test_one_identifier_may_serve_two_types_of_credential(storage: SqlStorage) -> None:
    ada = person(1, credentials=(credential(PASSWORD, "ada", "ada"), credential(CredentialType.CODE, "ada")))
    await store(storage, ada)
    assert await storage.identities.get(ada.id) == ada


async def test_a_save_replaces_what_was_read(storage: SqlStorage) -> None:
    ada = person(
        1,
        "ada@example.org",
        "old@example.org",
        credentials=(credential(PASSWORD, "ada@example.org", "old@example.org"), credential(CredentialType.TOTP)),
    )
    await store(storage, ada)
    changed = msgspec.structs.replace(
        person(1, "new@example.org", "ada@example.org", external_id="crm-1"),
        state=IdentityState.INACTIVE,
        credentials={
            PASSWORD: credential(PASSWORD, "new@example.org", "ada@example.org", secret="other"),
            CredentialType.CODE: credential(CredentialType.CODE, "new@example.org"),
        },
        updated_at=LATER,
    )

    unit = storage.unit()
    unit.identities.save(changed, ada)
    await unit.commit()

    assert await storage.identities.get(ada.id) == changed
    assert await storage.identities.by_identifier((PASSWORD,), "new@example.org") == changed
    assert await storage.identities.by_identifier((PASSWORD,), "old@example.org") is None
    await store(storage, person(2, "old@example.org"))


async def test_a_save_of_what_somebody_else_changed_is_refused(storage: SqlStorage) -> None:
    ada = person(1, "ada@example.org")
    await store(storage, ada)
    units = [storage.unit(), storage.unit()]
    for seconds, unit in enumerate(units, start=1):
        unit.identities.save(msgspec.structs.replace(ada, updated_at=LATER.replace(second=seconds)), ada)

    answers = await asyncio.gather(*(unit.commit() for unit in units), return_exceptions=True)

    assert [type(answer) for answer in answers] == [type(None), IdentityChanged]


async def test_a_save_cannot_take_an_identifier_of_somebody_else(storage: SqlStorage) -> None:
    ada = person(1, "ada@example.org")
    await store(storage, ada, person(2, "bob@example.org"))
    unit = storage.unit()
    unit.identities.save(msgspec.structs.replace(person(1, "bob@example.org"), updated_at=LATER), ada)
    with pytest.raises(IdentifierTaken):
        await unit.commit()
    assert await storage.identities.get(ada.id) == ada


@pytest.mark.covers("VER-18")
async def test_an_address_is_marked_and_a_save_beside_it_does_not_undo_that(storage: SqlStorage) -> None:
    ada = person(1, "ada@example.org", "two@example.org")
    await store(storage, ada)
    marked = msgspec.structs.replace(
        ada.verifiable_addresses[1], verified=True, status=AddressStatus.COMPLETED, verified_at=LATER, updated_at=LATER
    )
    unit = storage.unit()
    unit.identities.mark_address(ada, marked)
    await unit.commit()

    unit = storage.unit()
    unit.identities.save(msgspec.structs.replace(ada, updated_at=LATER), ada)
    await unit.commit()

    found = await storage.identities.by_verifiable_address(Via.EMAIL, "two@example.org")
    assert found is not None
    assert found.verifiable_addresses == (ada.verifiable_addresses[0], marked)

    unit = storage.unit()
    unit.identities.mark_address(ada, marked)
    with pytest.raises(IdentityChanged):
        await unit.commit()


@pytest.mark.covers("ID-16")
async def test_removing_an_identity_removes_what_is_its(storage: SqlStorage) -> None:
    ada = person(1, "ada@example.org", external_id="crm-1")
    await store(storage, ada)
    await sign_in(storage, 1, ada)

    unit = storage.unit()
    unit.identities.remove(ada.id)
    await unit.commit()

    assert await storage.row(token(1)) is None
    assert await storage.sessions.by_token_hash(token(1)) is None
    assert await storage.identities.by_identifier((PASSWORD,), "ada@example.org") is None
    await store(storage, person(2, "ada@example.org", external_id="crm-1"))


async def test_an_identity_may_have_a_thousand_addresses(storage: SqlStorage) -> None:
    emails = [f"ada+{number}@example.org" for number in range(1000)]
    ada = person(1, *emails)
    await store(storage, ada)

    assert await storage.identities.by_verifiable_address(Via.EMAIL, emails[999]) == ada
    fewer = msgspec.structs.replace(ada, verifiable_addresses=ada.verifiable_addresses[500:], updated_at=LATER)
    unit = storage.unit()
    unit.identities.save(fewer, ada)
    await unit.commit()
    assert await storage.identities.by_verifiable_address(Via.EMAIL, emails[0]) is None
    assert await storage.identities.get(ada.id) == fewer


@pytest.mark.covers("PAGE-01", "ID-10", "ID-11")
async def test_identities_are_listed_by_ascending_id_and_filtered(storage: SqlStorage) -> None:
    people = [
        person(number, f"p{number:03}@example.org", organization_id="org" if number % 2 else None)
        for number in range(1, 81)
    ]
    await store(storage, *reversed(people))
    page = storage.identities.page

    assert await page(IdentityFilter(), Page(limit=100)) == tuple(people)
    assert await page(IdentityFilter(), Page(limit=2, after=(people[9].id,))) == tuple(people[10:12])
    assert await page(IdentityFilter(), Page(limit=2, offset=4)) == tuple(people[4:6])
    assert await page(IdentityFilter(organization_id="org"), Page(limit=2, offset=1)) == (people[2], people[4])
    assert await page(IdentityFilter(identifier_prefix="p01"), Page(limit=50)) == tuple(people[9:19])
    assert await page(IdentityFilter(identifier_prefix="%"), Page(limit=50)) == ()
    ids = (*(one.id for one in people[:70]), uuid(999), people[0].id)
    assert await page(IdentityFilter(ids=ids), Page(limit=100)) == tuple(people[:70])
    assert await page(IdentityFilter(ids=()), Page(limit=100)) == ()
    named = ((PASSWORD, "p003@example.org"), (PASSWORD, "p001@example.org"), (PASSWORD, "nobody"))
    assert await page(IdentityFilter(identifiers=named), Page(limit=9)) == (people[0], people[2])


async def test_an_address_may_move_between_people_within_one_unit(storage: SqlStorage) -> None:
    ada, bob = person(1, "ada@example.org"), person(2)
    await store(storage, ada, bob)
    unit = storage.unit()
    unit.identities.save(msgspec.structs.replace(person(1), updated_at=LATER), ada)
    moved = (verifiable(5, "ada@example.org"),)
    unit.identities.save(msgspec.structs.replace(bob, verifiable_addresses=moved, updated_at=LATER), bob)
    await unit.commit()

    found = await storage.identities.by_verifiable_address(Via.EMAIL, "ada@example.org")
    assert found is not None
    assert (found.id, found.created_at) == (bob.id, NOW)
