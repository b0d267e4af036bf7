"""Which identities does a list without credentials show, and in which order?"""

import msgspec
import pytest
from samples import credential, person, store, uuid

from limen.domain.identity.credentials import CredentialType
from limen.ports.storage import IdentityFilter, Page
from limen.storage import SqlStorage, identity_pages


@pytest.mark.covers("PAGE-01", "ID-13")
async def test_a_plain_page_is_the_page_without_credentials(storage: SqlStorage) -> None:
    people = [
        person(n, f"{n}@example.org", organization_id="org" if n % 2 else None, external_id=f"crm-{n}")
        for n in range(1, 9)
    ]
    await store(storage, *people)
    bare = [msgspec.structs.replace(each, credentials={}) for each in people]
    plain = IdentityFilter(plain=True)

    assert await storage.identities.page(plain, Page(limit=3)) == tuple(bare[:3])
    assert await storage.identities.page(plain, Page(limit=3, after=(uuid(3),))) == tuple(bare[3:6])
    assert await storage.identities.page(plain, Page(limit=3, offset=6)) == tuple(bare[6:])
    assert await storage.identities.page(plain, Page(limit=3, after=(uuid(8),))) == ()
    theirs = msgspec.structs.replace(plain, organization_id="org")
    assert await storage.identities.page(theirs, Page(limit=2, after=(uuid(1),))) == (bare[2], bare[4])


async def test_a_filter_that_names_people_shows_all_of_them(storage: SqlStorage) -> None:
    ada = person(1, "ada@example.org")
    await store(storage, ada, person(2, "bob@example.org"))
    for what in (IdentityFilter(ids=(ada.id,), plain=True), IdentityFilter(identifier_prefix="ada", plain=True)):
        assert await storage.identities.page(what, Page(limit=9)) == (ada,)


@pytest.mark.covers("ID-12")
@pytest.mark.parametrize("few", [0, 3, 100])
async def test_a_prefix_finds_the_same_people_however_many_there_are(
    storage: SqlStorage, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(identity_pages, "FEW", few)
    names = ["ada", "adam", "ad%", "eve", "adb", "Ada", "ad"]
    people = [
        person(n, credentials=(credential(CredentialType.PASSWORD, name), credential(CredentialType.CODE, f"{name}!")))
        for n, name in enumerate(names, 1)
    ]
    await store(storage, *people)

    async def found(prefix: str, page: Page) -> list[str]:
        return [each.id for each in await storage.identities.page(IdentityFilter(identifier_prefix=prefix), page)]

    assert await found("ad", Page(limit=9)) == [uuid(n) for n in (1, 2, 3, 5, 7)]
    assert await found("ad", Page(limit=2, after=(uuid(2),))) == [uuid(3), uuid(5)]
    assert await found("ad", Page(limit=2, offset=3)) == [uuid(5), uuid(7)]
    assert await found("ada", Page(limit=9)) == [uuid(1), uuid(2)]
    assert await found("ad%", Page(limit=9)) == [uuid(3)]
    assert await found("x", Page(limit=9)) == []
