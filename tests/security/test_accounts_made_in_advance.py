"""What does somebody keep who signed up with another person's address, once that person proves it? Nothing that matters
(security.md §2.9, docs/adr/0024).
"""

import msgspec
import pytest

from limen.app.hooks.contract import Continue, HookEvent, Regaining
from limen.app.scope import Client, Scope
from limen.domain.identity.credentials import CredentialType
from limen.kernel.json_doc import JsonDoc, JsonObject
from play import ADA, EACH, EACH_WEB, built
from play_advance import (
    LINKS,
    ON,
    SCHEMA,
    TROJAN,
    asked,
    code_for_sign_in,
    equipped,
    gets_in,
    house_of,
    prepared,
    recovered,
    the_one,
    verified,
)
from play_config import OTHER_PASSWORD, PASSWORD, merged
from play_shown import Shown

# -- Ada recovers the account ----------------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("REC-17", "SESS-30")
async def test_after_a_recovery_neither_session_nor_password_of_the_stranger_is_good(client: Client) -> None:
    house = await house_of()
    mallory, ada = await prepared(house, client), house.visitor(client)
    await recovered(ada)
    assert not await mallory.signed_in()
    assert not await gets_in(house, PASSWORD)
    form = await ada.start("settings")
    assert (await ada.submit(form, method="password", password=OTHER_PASSWORD)).answer.status in {200, 303}
    assert await gets_in(house, OTHER_PASSWORD)


@EACH
@pytest.mark.covers("REC-15", "REC-17", "SESS-30")
async def test_a_recovery_link_does_the_same(client: Client) -> None:
    house = await house_of(LINKS)
    mallory, ada = await prepared(house, client), house.visitor(Client.BROWSER)
    await asked(house.visitor(client), "recovery", method="link")
    assert (await ada.get("/self-service/recovery", **house.letters.link_query(ADA))).status == 303
    assert await ada.signed_in()
    assert not await mallory.signed_in()
    assert not await gets_in(house, PASSWORD)


@EACH
@pytest.mark.covers("REC-17", "REC-18")
async def test_what_else_lets_the_stranger_in_is_gone_and_second_factors_stay(client: Client) -> None:
    house = await house_of()
    await prepared(house, client)
    await equipped(house)
    ada = house.visitor(client)
    await recovered(ada)
    left = await the_one(house)
    second_factors = {CredentialType.TOTP, CredentialType.LOOKUP_SECRET}
    assert set(left.credentials) == {CredentialType.PASSWORD, CredentialType.CODE} | second_factors
    assert left.credentials[CredentialType.PASSWORD].config == JsonDoc.of({})
    assert left.credentials[CredentialType.PASSWORD].identifiers == (ADA,)
    assert left.credentials[CredentialType.CODE].identifiers == (ADA,)
    assert (await ada.begin("settings")).form is not None


@EACH
@pytest.mark.covers("REC-04", "REC-17", "VER-08", "CODE-07")
async def test_an_address_that_nobody_proved_opens_nothing_any_more(client: Client) -> None:
    house = await house_of()
    await prepared(house, client)
    await recovered(house.visitor(client))
    written = len(house.letters.composed)
    mallory = house.visitor(client)
    assert (await code_for_sign_in(mallory, TROJAN)).shown.said == [4000035]
    for kind in ("recovery", "verification"):
        await asked(mallory, kind, TROJAN)
    assert [each.code for each in house.letters.composed[written:]] == ["", ""], "to nobody who is known"
    left = await the_one(house)
    assert [(each.value, each.verified) for each in left.verifiable_addresses] == [(ADA, True)]
    assert [each.value for each in left.recovery_addresses] == [ADA]
    assert left.traits.members() == {"email": ADA, "spare": TROJAN}, "it stays readable, and the person's to change"


@EACH
@pytest.mark.parametrize("kind", ["login", "recovery", "verification"])
@pytest.mark.covers("CODE-02", "SEC-22")
async def test_a_code_that_was_under_way_to_the_stranger_is_worth_nothing(client: Client, kind: str) -> None:
    house = await house_of()
    await prepared(house, client)
    mallory = house.visitor(client)
    waiting = (await code_for_sign_in(mallory, TROJAN)).shown if kind == "login" else await asked(mallory, kind, TROJAN)
    code = house.letters.code(TROJAN)
    await recovered(house.visitor(client))
    await mallory.submit(waiting, method="code", code=code, identifier=TROJAN)
    assert not await mallory.signed_in()
    assert TROJAN not in {each.value for each in (await the_one(house)).verifiable_addresses}


class Meddling:
    """Stands in for a hook that a recovery may have, and changes the person while somebody gets back in."""

    name = "revoke_active_sessions"
    calls_out = False

    def hears(self, event: HookEvent) -> bool:
        return isinstance(event, Regaining)

    async def run(self, scope: Scope, event: HookEvent) -> Continue:
        assert isinstance(event, Regaining)
        found = await scope.services.storage.identities.get(event.identity.id)
        assert found is not None
        unit = scope.services.storage.unit()
        unit.identities.save(msgspec.structs.replace(found, updated_at=event.identity.updated_at, region="eu"), found)
        await unit.commit()
        return Continue()


@EACH_WEB
@pytest.mark.covers("REC-17", "SEC-22")
async def test_it_happens_with_the_recovery_or_not_at_all(client: Client) -> None:
    hook: JsonObject = {"selfservice": {"flows": {"recovery": {"after": {"hooks": [{"hook": Meddling.name}]}}}}}
    house = await built(merged(ON, hook), schema=SCHEMA, hooks={Meddling.name: lambda *_: Meddling()})
    mallory, ada = await prepared(house), house.visitor(client)
    form = await asked(ada, "recovery")
    code = house.letters.code(ADA)
    await ada.submit(form, method="code", code=code)
    assert not await ada.signed_in()
    assert await mallory.signed_in()
    assert not (await the_one(house)).proven


# -- Ada verifies the address ----------------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("VER-18", "SESS-30")
async def test_after_a_verification_the_session_of_the_stranger_is_gone(client: Client) -> None:
    house = await house_of()
    mallory = await prepared(house, client)
    await verified(house.visitor(client))
    assert not await mallory.signed_in()


@EACH
@pytest.mark.covers("VER-06", "VER-07", "VER-18")
@pytest.mark.parametrize("use", ["code", "link"])
async def test_opening_the_message_of_the_sign_up_does_the_same(client: Client, use: str) -> None:
    house = await house_of(ON if use == "code" else LINKS)
    mallory, ada = await prepared(house, client), house.visitor(Client.BROWSER)
    query = house.letters.link_query(ADA)
    await ada.get("/self-service/verification", **query)
    if use == "code":
        assert await mallory.signed_in(), "nothing is proven yet"
        form = Shown(kind="verification", wire=(await ada.fetch("verification", query["flow"])).json)
        assert (await ada.submit(form, method="code", code=query["code"])).shown.said == [1080002]
    assert (await the_one(house)).proven
    assert not await mallory.signed_in()


@pytest.mark.covers("VER-06", "VER-18")
async def test_an_app_that_sends_the_code_of_a_message_opened_elsewhere_keeps_no_session() -> None:
    """A session of the stranger's that comes along counts as little: the message was opened by somebody else."""
    house = await house_of()
    mallory = await prepared(house)
    query = house.letters.link_query(ADA)
    await house.visitor(Client.BROWSER).get("/self-service/verification", **query)
    await mallory.post("verification", query["flow"], {"method": "code", "code": query["code"]})
    assert not await mallory.signed_in()


@pytest.mark.covers("VER-06", "SEC-08")
async def test_an_app_cannot_read_the_code_that_was_filled_in_elsewhere() -> None:
    """Whoever signed up knows the flow; Ada only has to open the message for the code to be in it."""
    house = await house_of()
    mallory, ada = await prepared(house), house.visitor(Client.BROWSER)
    query = house.letters.link_query(ADA)
    await ada.get("/self-service/verification", **query)
    wrong = f"{(int(query['code']) + 1) % 1_000_000:06d}"
    for cookies in ({"colour": "red"}, {}):
        mallory.jar = dict(cookies)
        seen = [(await mallory.fetch("verification", query["flow"])).body]
        sent: tuple[JsonObject, ...] = ({"method": "telepathy"}, {"method": "code", "code": wrong})
        seen += [(await mallory.post("verification", query["flow"], fields)).answer.body for fields in sent]
        assert query["code"].encode() not in b"".join(seen)
    form = Shown(kind="verification", wire=(await ada.fetch("verification", query["flow"])).json)
    assert (await ada.submit(form, method="code", code=query["code"])).shown.said == [1080002]
    assert not await mallory.signed_in()
