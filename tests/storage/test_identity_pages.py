"""Which identities does a list without credentials show, and in which order?"""

import msgspec
import pytest
from samples import person, store, uuid

from limen.ports.storage import IdentityFilter, Page
from limen.storage import SqlStorage


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
