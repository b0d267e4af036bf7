"""Does anybody lose something who proves an address of their own account? A session at most (docs/adr/0024)."""

import pytest

from limen.app.scope import Client
from limen.domain.identity.vouched import Vouched
from limen.kernel.json_doc import JsonObject
from play import ADA, EACH
from play_advance import (
    OFF,
    RECOVERY_ONLY,
    code_for_sign_in,
    equipped,
    gets_in,
    house_of,
    prepared,
    recovered,
    the_one,
    verified,
)
from play_config import OTHER_PASSWORD, PASSWORD
from play_shown import Shown


@EACH
@pytest.mark.covers("VER-04", "VER-11", "VER-18")
async def test_whoever_signed_up_and_verifies_stays_signed_in(client: Client) -> None:
    house = await house_of()
    ada, elsewhere = house.visitor(client), house.visitor()
    assert (await ada.sign_up(ADA)).done
    await elsewhere.sign_in(ADA)
    token, ada.token = ada.token, ""  # apps need no session to verify, and official clients send none
    begun = house.letters.link_query(ADA)
    form = Shown(kind="verification", wire=(await ada.fetch("verification", begun["flow"])).json)
    assert (await ada.submit(form, method="code", code=begun["code"])).shown.said == [1080002]
    ada.token = token
    assert await ada.signed_in()
    assert not await elsewhere.signed_in()
    assert await gets_in(house, PASSWORD)


@EACH
@pytest.mark.covers("VER-18")
async def test_the_session_that_comes_along_stays_whatever_began_the_flow(client: Client) -> None:
    house = await house_of()
    ada = house.visitor(client)
    await ada.sign_up(ADA)
    await verified(ada)
    assert await ada.signed_in()


@EACH
@pytest.mark.covers("REC-17", "REC-18", "VER-18")
async def test_an_account_that_was_proven_before_loses_nothing(client: Client) -> None:
    house = await house_of()
    owner = house.visitor()
    await owner.sign_up(ADA, spare="ada@spare.test")
    await verified(owner)
    await equipped(house)
    before = (await the_one(house)).credentials
    await verified(house.visitor(client), "ada@spare.test")
    await recovered(house.visitor(client))
    assert await owner.signed_in()
    assert (await the_one(house)).credentials == before
    assert await gets_in(house, PASSWORD)


@EACH
@pytest.mark.covers("SET-12", "REC-17")
async def test_a_new_address_does_not_make_an_old_account_a_new_one(client: Client) -> None:
    house = await house_of()
    owner, new = house.visitor(client), "ada@moved.test"
    await owner.sign_up(ADA)
    await verified(owner)
    await owner.submit(await owner.start("settings"), method="profile", traits={"email": new})
    moved = await the_one(house)
    assert ([each.verified for each in moved.verifiable_addresses], moved.vouched_by) == ([False], Vouched.PROOF)
    await recovered(house.visitor(client), new)
    assert await owner.signed_in()


@EACH
@pytest.mark.covers("REC-17", "IMP-01")
async def test_what_an_operator_brought_along_stays(client: Client) -> None:
    house = await house_of()
    body: JsonObject = {
        "traits": {"email": ADA, "spare": "ada@spare.test"},
        "credentials": {"password": {"config": {"password": PASSWORD}}},
    }
    assert (await house.operate("POST", "/admin/identities", {"schema_id": "default", **body})).status == 201
    await equipped(house)
    before, other = await the_one(house), house.visitor()
    await other.sign_in(ADA)
    await recovered(house.visitor(client))
    left = await the_one(house)
    assert (before.vouched_by, left.vouched_by) == (Vouched.OPERATOR, Vouched.OPERATOR)
    assert left.credentials == before.credentials
    assert [(each.value, each.verified) for each in left.verifiable_addresses] == [
        (ADA, True),
        ("ada@spare.test", False),
    ]
    assert not await other.signed_in()
    assert await gets_in(house, PASSWORD)


@EACH
@pytest.mark.covers("REC-17")
async def test_where_addresses_cannot_be_verified_the_first_recovery_counts_alone(client: Client) -> None:
    house = await house_of(schema=RECOVERY_ONLY)
    mallory, ada = house.visitor(), house.visitor(client)
    await mallory.sign_up(ADA)
    await recovered(ada)
    assert not await mallory.signed_in()
    assert not await gets_in(house, PASSWORD)
    await ada.submit(await ada.start("settings"), method="password", password=OTHER_PASSWORD)
    await recovered(house.visitor(client))
    assert await ada.signed_in()
    assert await gets_in(house, OTHER_PASSWORD)


@EACH
@pytest.mark.covers("CODE-08")
async def test_a_sign_in_by_code_that_proves_the_address_ends_other_sessions(client: Client) -> None:
    house = await house_of()
    mallory = await prepared(house)
    for stays in (False, True):
        ada = house.visitor(client)
        form = (await code_for_sign_in(ada, ADA)).shown
        assert (await ada.submit(form, method="code", code=house.letters.code(ADA), identifier=ADA)).done
        assert await ada.signed_in()
        assert await mallory.signed_in() is stays, "only the first proof counts"
        mallory = house.visitor()
        await mallory.sign_in(ADA)


@EACH
@pytest.mark.covers("REC-17", "VER-18")
async def test_switched_off_everything_stays_as_in_kratos(client: Client) -> None:
    house = await house_of(OFF)
    mallory = await prepared(house, client)
    await equipped(house)
    before = (await the_one(house)).credentials
    await recovered(house.visitor(client))
    other = await house_of(OFF)
    second = await prepared(other, client)
    await verified(other.visitor(client))
    assert await mallory.signed_in()
    assert await second.signed_in()
    assert (await the_one(house)).credentials == before
    assert len((await the_one(house)).recovery_addresses) == 2
    assert await gets_in(house, PASSWORD)
