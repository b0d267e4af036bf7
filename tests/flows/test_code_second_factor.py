"""Does a code lift a session to the second level? The same for browsers, single-page apps and native apps."""

import pytest

from doubles.second_factor import METHOD, NUMBER
from limen.app.scope import Client
from limen.domain.courier.letter import TemplateType
from limen.domain.identity.aal import Aal
from limen.domain.identity.credentials import Credential, CredentialType
from limen.kernel.json_doc import JsonDoc, JsonObject
from play import ADA, AGAIN, BOB, EACH, House, Visitor, built
from play_config import EMAIL_TRAIT, OTHER_PASSWORD, PUBLIC, person
from play_shown import Outcome, Shown, listed

BY_CODE: JsonObject = {
    **EMAIL_TRAIT,
    "ory.sh/kratos": {
        "credentials": {"password": {"identifier": True}, "code": {"identifier": True, "via": "email"}},
        "verification": {"via": "email"},
    },
}
SECOND: JsonObject = {
    **EMAIL_TRAIT,
    "ory.sh/kratos": {"credentials": {"code": {"identifier": True, "via": "email"}}, "verification": {"via": "email"}},
}
SCHEMA = person({"email": BY_CODE, "other": SECOND}, "email")
OTHER = "ada@elsewhere.test"
STEP_UP = f"{PUBLIC}/self-service/login/browser?aal=aal2"


def on(**code: JsonObject | bool) -> JsonObject:
    return {
        "selfservice": {
            "methods": {
                "code": {"mfa_enabled": True, "config": {"max_submissions": 3}, **code},
                "totp": {"enabled": True},
            }
        }
    }


async def house_of_ada(*, number: bool = False, **traits: str) -> House:
    """Ada has a password, and an address that codes can go to; with `number` another second factor as well."""
    house = await built(on(), schema=SCHEMA, methods=(METHOD,) if number else ())
    await house.visitor().sign_up(ADA, **traits)
    if number:
        (id,) = await house.identity_ids()
        now = house.clock.now()
        kept = Credential(
            type=CredentialType.TOTP, identifiers=(id,), config=JsonDoc.of({}), created_at=now, updated_at=now
        )
        await house.change(id, credentials={**(await house.identity(id)).credentials, CredentialType.TOTP: kept})
    house.clock.advance(seconds=1)
    return house


async def half_way(house: House, client: Client, email: str = ADA) -> Visitor:
    visitor = house.visitor(client)
    await visitor.sign_in(email)
    return visitor


async def lifted(visitor: Visitor) -> bool:
    who = await visitor.whoami()
    if who.status != 200:
        assert (who.status, who.error["id"]) == (403, "session_aal2_required")
        return False
    return who.json["authenticator_assurance_level"] == "aal2"


async def entered(visitor: Visitor, form: Shown, code: str) -> Outcome:
    return await visitor.submit(form, method="code", code=code)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


@EACH
@pytest.mark.covers("CODE-10", "CODE-19", "CODE-08", "LOGIN-19", "SESS-12", "SESS-15", "SESS-18")
async def test_the_only_address_gets_a_code_at_once_and_the_code_lifts_the_session(client: Client) -> None:
    house = await house_of_ada()
    visitor = await half_way(house, client)
    assert not await lifted(visitor)
    form = await visitor.start("login", aal="aal2")
    assert (form.wire["state"], form.wire["active"], form.said) == ("sent_email", "code", [1010025])
    assert (form.attribute("identifier"), form.attribute("identifier", "type")) == (ADA, "hidden")
    assert form.node("identifier")["group"] == "code"
    assert (form.attribute("code", "pattern"), form.attribute("code", "maxlength")) == (None, None)
    assert house.letters.to(ADA) == [TemplateType.LOGIN_CODE_VALID]
    assert (await entered(visitor, form, house.letters.code(ADA))).done
    assert await lifted(visitor)
    methods = listed(await visitor.session(), "authentication_methods")
    assert [(each["method"], each["aal"]) for each in methods] == [("password", "aal1"), ("code", "aal2")]
    (id,) = await house.identity_ids()
    assert (await house.identity(id)).verifiable_addresses[0].verified


@EACH
@pytest.mark.covers("CODE-03", "CODE-05", "SEC-09")
async def test_wrong_codes_lift_nothing_and_end_the_form(client: Client) -> None:
    house = await house_of_ada()
    visitor = await half_way(house, client)
    form = await visitor.start("login", aal="aal2")
    code = house.letters.code(ADA)
    for _ in range(3):
        again = await entered(visitor, form, wrong(code))
        assert (again.answer.status, again.shown.said) == (AGAIN[client], [4010008])
    assert (await entered(visitor, form, code)).shown.said == [4000001]
    assert not await lifted(visitor)
    empty = await visitor.submit(await visitor.start("login", aal="aal2"), method="code", code="")
    assert empty.shown.said_at("code") == [4000002]


@EACH
@pytest.mark.covers("CODE-06", "CODE-10")
async def test_another_code_replaces_the_one_that_was_sent_at_once(client: Client) -> None:
    house = await house_of_ada()
    visitor = await half_way(house, client)
    form = await visitor.start("login", aal="aal2")
    first = house.letters.code(ADA)
    again = (await visitor.submit(form, method="code", resend="code")).shown
    assert (again.said, again.wire["state"]) == ([1010025], "sent_email")
    assert (await entered(visitor, again, first)).shown.said == [4010008]
    assert (await entered(visitor, again, house.letters.code(ADA))).done
    assert await lifted(visitor)


@EACH
@pytest.mark.covers("CODE-10", "LOGIN-05")
async def test_beside_another_factor_the_address_is_a_button(client: Client) -> None:
    house = await house_of_ada(number=True)
    visitor = await half_way(house, client)
    form = await visitor.start("login", aal="aal2")
    assert (form.wire["state"], form.said, house.letters.composed) == ("choose_method", [1010004], [])
    assert ("address", ADA, 1010023) in form.buttons
    assert "totp_code" in form.names
    sent = (await visitor.submit(form, address=ADA)).shown
    assert (sent.wire["state"], sent.said) == ("sent_email", [1010025])
    assert (await entered(visitor, sent, house.letters.code(ADA))).done
    assert await lifted(visitor)
    other = await half_way(house, client)
    assert (await other.submit(await other.start("login", aal="aal2"), method="totp", totp_code=NUMBER)).done
    assert await lifted(other)


@EACH
@pytest.mark.covers("CODE-10", "CODE-11")
async def test_of_two_addresses_one_is_chosen_or_named_by_its_trait(client: Client) -> None:
    house = await house_of_ada(other=OTHER)
    visitor = await half_way(house, client)
    form = await visitor.start("login", aal="aal2")
    assert [value for name, value, _ in form.buttons if name == "address"] == [OTHER, ADA]
    assert house.letters.composed == []
    sent = (await visitor.submit(form, address=OTHER)).shown
    assert (house.letters.to(ADA), len(house.letters.to(OTHER))) == ([], 1)
    changed = (await visitor.submit(sent, address=ADA)).shown
    assert (await entered(visitor, changed, house.letters.code(OTHER))).shown.said == [4010008]
    assert (await entered(visitor, changed, house.letters.code(ADA))).done
    named = await (await half_way(house, client)).start("login", aal="aal2", via="other")
    assert (named.wire["state"], named.attribute("identifier")) == ("sent_email", OTHER)
    nobody = await (await half_way(house, client)).start("login", aal="aal2", via="nothing.there")
    assert (nobody.wire["state"], nobody.buttons) == ("choose_method", [])


@EACH
@pytest.mark.covers("CODE-10", "LOGIN-17")
async def test_an_address_of_somebody_else_gets_nothing(client: Client) -> None:
    house = await house_of_ada(number=True)
    await house.visitor().sign_up(BOB)
    thief = await half_way(house, client)
    refused = await thief.submit(await thief.start("login", aal="aal2"), address=BOB)
    assert (refused.answer.status, refused.shown.said) == (AGAIN[client], [4010010])
    assert house.letters.composed == []


@pytest.mark.covers("LOGIN-17", "SESS-14")
async def test_a_code_of_one_person_lifts_no_session_of_another() -> None:
    house = await house_of_ada()
    await house.visitor().sign_up(BOB)
    bob, ada = await half_way(house, Client.API, BOB), await half_way(house, Client.API)
    form = await bob.start("login", aal="aal2")
    stolen = await entered(ada, form, house.letters.code(BOB))
    assert stolen.shown.said == [4010008]
    assert not await lifted(ada)
    assert (await entered(bob, form, house.letters.code(BOB))).done


@EACH
@pytest.mark.covers("CODE-01")
async def test_a_second_factor_is_no_first_one_nor_the_other_way_round(client: Client) -> None:
    house = await house_of_ada()
    stranger = house.visitor(client)
    form = await stranger.start("login")
    assert ("method", "code") not in [(name, value) for name, value, _ in form.buttons]
    refused = await stranger.submit(form, method="code", identifier=ADA)
    assert refused.shown.said == [4010002]
    only: JsonObject = {"selfservice": {"methods": {"code": {"passwordless_enabled": True}}}}
    await house.reconfigured(only)
    visitor = await half_way(house, client)
    assert await visitor.signed_in()
    assert (await visitor.start("login", aal="aal2")).buttons == []


@EACH
@pytest.mark.covers("SESS-15", "CODE-01")
async def test_switching_the_second_factor_on_or_off_counts_from_the_next_sign_in(client: Client) -> None:
    house = await built(schema=SCHEMA)
    await house.visitor().sign_up(ADA)
    (id,) = await house.identity_ids()
    assert (await house.identity(id)).available_aal is Aal.AAL1
    house.clock.advance(seconds=1)
    await house.use((await built(on(), schema=SCHEMA)).source.loaded)
    assert not await lifted(await half_way(house, client))
    assert (await house.identity(id)).available_aal is Aal.AAL2
    house.clock.advance(seconds=1)
    await house.use((await built(schema=SCHEMA)).source.loaded)
    assert await (await half_way(house, client)).signed_in()


@EACH
@pytest.mark.covers("SET-03", "LOGIN-25")
async def test_half_a_sign_in_changes_no_settings_until_the_code_is_there(client: Client) -> None:
    house = await house_of_ada()
    visitor = await half_way(house, client)
    begun = await visitor.begin("settings")
    assert begun.went_to.startswith(STEP_UP) or begun.error_id == "session_aal2_required"
    form = await visitor.start("login", aal="aal2")
    await entered(visitor, form, house.letters.code(ADA))
    saved = await visitor.submit(await visitor.start("settings"), method="password", password=OTHER_PASSWORD)
    assert saved.shown.said == [1050001]


@EACH
@pytest.mark.covers("CODE-12")
async def test_in_a_refresh_the_address_is_chosen_where_the_flag_says_so(client: Client) -> None:
    over: JsonObject = {
        "selfservice": {"methods": {"code": {"passwordless_enabled": True}}},
        "feature_flags": {"refresh_login_choose_address": True},
    }
    house = await built(over, schema=SCHEMA)
    await house.visitor().sign_up(BOB)
    visitor = house.visitor(client)
    await visitor.sign_up(ADA)
    house.clock.advance(seconds=1)
    form = await visitor.start("login", refresh="true")
    assert ("address", ADA, 1010023) in form.buttons
    assert house.letters.composed == []
    assert (await visitor.submit(form, address=BOB)).shown.said == [4000035]
    assert house.letters.composed == []
    sent = (await visitor.submit(form, address=ADA)).shown
    assert (sent.said, sent.wire["state"]) == ([1010025], "sent_email")
    assert (await entered(visitor, sent, house.letters.code(ADA))).done
    assert [each["method"] for each in listed(await visitor.session(), "authentication_methods")][-1] == "code"


@EACH
@pytest.mark.covers("CODE-12")
async def test_without_the_flag_a_refresh_asks_who_it_is(client: Client) -> None:
    house = await built({"selfservice": {"methods": {"code": {"passwordless_enabled": True}}}}, schema=SCHEMA)
    await house.visitor().sign_up(BOB)
    visitor = house.visitor(client)
    await visitor.sign_up(ADA)
    form = await visitor.start("login", refresh="true")
    assert (form.attribute("identifier"), form.attribute("identifier", "type")) == ("", "text")
    assert form.names.count("identifier") == 1
    assert (await visitor.submit(form, method="code", identifier=BOB)).shown.said == [4000035]
    assert (await visitor.submit(form, method="code", identifier=ADA)).shown.said == [1010025]


@pytest.mark.covers("CODE-10", "UI-01")
async def test_the_built_in_page_needs_no_script_for_the_second_step() -> None:
    house = await house_of_ada(other=OTHER)
    visitor = await half_way(house, Client.BROWSER)
    form = await visitor.start("login", aal="aal2")
    page = (await visitor.get("/ui/login", flow=form.id)).body.decode()
    pressed = [button for button in page.split("<button")[1:] if 'name="address"' in button]
    assert [OTHER in pressed[0], ADA in pressed[1]] == [True, True]
    assert all('type="submit"' in button for button in pressed)
    sent = (await visitor.submit(form, address=ADA)).shown
    page = (await visitor.get("/ui/login", flow=sent.id)).body.decode()
    assert 'method="post"' in page.lower()
    fields = [field for field in page.split("<input")[1:] if 'name="code"' in field]
    assert len(fields) == 1
    assert "one-time-code" in fields[0]
    assert 'name="resend"' in page
    assert f'value="{ADA}"' in page
