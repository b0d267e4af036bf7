"""How are sessions stored?"""

from datetime import timedelta

import msgspec
import pytest
from samples import LATER, NOW, person, session, sign_in, store, token, uuid

from limen.domain.identity.aal import Aal
from limen.domain.ids import IdentityId, SessionId
from limen.domain.session.session import CheckedSession
from limen.ports.storage import IdentityChanged, Page, SessionFilter
from limen.storage import SqlStorage
from limen.storage.rows import instant

ADA = person(1, "ada@example.org")
BOB = person(2, "bob@example.org")


@pytest.fixture(autouse=True)
async def _people(storage: SqlStorage) -> None:
    await store(storage, ADA, BOB)


@pytest.mark.covers("SESS-01")
async def test_a_session_is_found_by_its_token_with_its_identity(storage: SqlStorage) -> None:
    made = await sign_in(storage, 1, ADA)

    assert await storage.sessions.by_token_hash(token(1)) == CheckedSession(session=made, identity=ADA)
    assert await storage.sessions.get(made.id) == CheckedSession(session=made, identity=ADA)
    assert await storage.sessions.by_token_hash(token(2)) is None
    assert await storage.sessions.get(SessionId(uuid(2))) is None


async def test_the_session_check_reads_texts_as_they_are_stored(storage: SqlStorage) -> None:
    made = await sign_in(storage, 1, ADA)

    row = await storage.row(token(1))

    assert row is not None
    assert (row.session_id, row.identity_id, row.active, row.aal) == (made.id, ADA.id, True, "aal1")
    assert row.issued_at == "2030-01-01T12:00:00.123456Z"
    assert row.traits == ADA.traits.text
    assert (row.available_aal, row.metadata_public, row.external_id) == ("aal1", None, None)
    assert row.devices == f'[{{"id":"{uuid(1)}","ip_address":"127.0.0.1","user_agent":"Firefox","location":""}}]'
    assert await storage.row(token(2)) is None


@pytest.mark.covers("SESS-18")
async def test_renewing_makes_the_old_token_worthless(storage: SqlStorage) -> None:
    made = await sign_in(storage, 1, ADA)
    renewed = msgspec.structs.replace(made, aal=Aal.AAL2, authenticated_at=LATER, expires_at=LATER + timedelta(days=1))

    unit = storage.unit()
    unit.sessions.renew(renewed, token(2))
    await unit.commit()

    assert await storage.row(token(1)) is None
    assert await storage.sessions.by_token_hash(token(2)) == CheckedSession(session=renewed, identity=ADA)


async def test_a_session_that_was_ended_is_not_brought_back(storage: SqlStorage) -> None:
    made = await sign_in(storage, 1, ADA)
    unit = storage.unit()
    unit.sessions.end(made.id)
    await unit.commit()

    saving = storage.unit()
    saving.sessions.save(made)
    await saving.commit()
    renewing = storage.unit()
    renewing.sessions.renew(made, token(2))
    with pytest.raises(IdentityChanged):
        await renewing.commit()

    found = await storage.sessions.get(made.id)
    assert found is not None
    assert not found.session.active


async def test_a_session_keeps_its_token_when_it_is_saved(storage: SqlStorage) -> None:
    made = await sign_in(storage, 1, ADA)
    longer = msgspec.structs.replace(made, expires_at=LATER + timedelta(days=9), devices=())
    unit = storage.unit()
    unit.sessions.save(longer)
    await unit.commit()
    assert await storage.sessions.by_token_hash(token(1)) == CheckedSession(session=longer, identity=ADA)


async def test_nobody_gets_a_session_who_is_gone(storage: SqlStorage) -> None:
    unit = storage.unit()
    unit.sessions.add(session(1, person(3)), token(1))
    with pytest.raises(IdentityChanged):
        await unit.commit()


@pytest.mark.covers("SESS-22")
async def test_people_end_only_sessions_of_their_own(storage: SqlStorage) -> None:
    made = await sign_in(storage, 1, ADA)
    unit = storage.unit()
    unit.sessions.end(made.id, BOB.id)
    await unit.commit()
    row = await storage.row(token(1))
    assert row is not None
    assert row.active

    unit = storage.unit()
    unit.sessions.end(made.id, ADA.id)
    await unit.commit()
    row = await storage.row(token(1))
    assert row is not None
    assert not row.active


@pytest.mark.covers("SESS-21", "HTTP-33")
async def test_ending_the_others_counts_every_row_that_it_touches(storage: SqlStorage) -> None:
    made = [await sign_in(storage, number, ADA) for number in (1, 2, 3)]
    await sign_in(storage, 4, BOB)

    assert await storage.end_other_sessions(ADA.id, made[0].id) == 2
    assert await storage.end_other_sessions(ADA.id, made[0].id) == 2
    assert await active_numbers(storage, 4) == [1, 4]

    unit = storage.unit()
    unit.sessions.end_all(ADA.id)
    await unit.commit()
    assert await active_numbers(storage, 4) == [4]


@pytest.mark.covers("SESS-23")
async def test_all_sessions_of_an_identity_can_be_deleted(storage: SqlStorage) -> None:
    await sign_in(storage, 1, ADA)
    await sign_in(storage, 2, BOB)
    unit = storage.unit()
    unit.sessions.remove_all(ADA.id)
    await unit.commit()
    assert await storage.row(token(1)) is None
    assert await storage.row(token(2)) is not None


@pytest.mark.covers("PAGE-04", "SESS-20", "SESS-25")
async def test_sessions_are_listed_newest_first_and_filtered(storage: SqlStorage) -> None:
    # Two of each instant: 6 and 5 are the newest, then 4 and 3; of one instant the lower id comes first.
    made = [await sign_in(storage, n, ADA, issued_at=NOW + timedelta(hours=(n - 1) // 2)) for n in range(1, 7)]
    theirs = await sign_in(storage, 7, BOB, issued_at=NOW - timedelta(days=2))
    unit = storage.unit()
    unit.sessions.end(made[5].id)
    await unit.commit()

    async def listed(what: SessionFilter, page: Page | None = None) -> list[int]:
        known = {one.id: number for number, one in enumerate((*made, theirs), start=1)}
        return [known[found.session.id] for found in await storage.sessions.page(what, page or Page(limit=50))]

    assert await listed(SessionFilter(now=NOW)) == [5, 6, 3, 4, 1, 2, 7]
    assert await listed(SessionFilter(now=NOW), Page(limit=2, offset=1)) == [6, 3]
    after = (instant(made[4].issued_at), made[4].id)
    assert await listed(SessionFilter(now=NOW), Page(limit=3, after=after)) == [6, 3, 4]
    assert await listed(SessionFilter(now=NOW, active=True)) == [5, 3, 4, 1, 2]
    assert await listed(SessionFilter(now=NOW, active=False)) == [6, 7]
    assert await listed(SessionFilter(now=NOW, active=True, flag_only=True)) == [5, 3, 4, 1, 2, 7]
    assert await listed(SessionFilter(now=NOW, active=False, flag_only=True)) == [6]
    assert await listed(SessionFilter(now=NOW, identity_id=BOB.id)) == [7]
    assert await listed(SessionFilter(now=NOW, identity_id=ADA.id, active=True, except_id=made[4].id)) == [3, 4, 1, 2]
    assert await storage.sessions.count(SessionFilter(now=NOW)) == 7
    assert await storage.sessions.count(SessionFilter(now=NOW, identity_id=ADA.id, except_id=made[0].id)) == 5
    assert await storage.sessions.count(SessionFilter(now=NOW, identity_id=IdentityId(uuid(9)))) == 0


async def active_numbers(storage: SqlStorage, most: int) -> list[int]:
    rows = [(number, await storage.row(token(number))) for number in range(1, most + 1)]
    return [number for number, row in rows if row is not None and row.active]
