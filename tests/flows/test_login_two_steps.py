"""Does signing in take two steps where that is configured: first who, then how? The same for browsers, apps and native apps."""

import msgspec
import pytest

from limen.app.scope import Client
from limen.domain.courier.letter import TemplateType
from limen.domain.identity.credentials import CredentialType
from limen.kernel.json_doc import EMPTY, JsonObject, JsonValue
from play import ADA, AGAIN, BOB, EACH, House, Visitor, built
from play_config import ALLOWED, EMAIL_TRAIT, OTHER_PASSWORD, PASSWORD, UI, flows, merged, person
from play_shown import Outcome, Shown

NAME: JsonObject = {"type": "string", "title": "Name"}
PASSWORDS = person({"email": EMAIL_TRAIT, "name": NAME}, "email")
CODES = person(
    {
        "email": {
            **EMAIL_TRAIT,
            "ory.sh/kratos": {
                "credentials": {"password": {"identifier": True}, "code": {"identifier": True, "via": "email"}},
                "verification": {"via": "email"},
            },
        },
        "name": NAME,
    },
    "email",
)
TWO_STEPS = flows(login={"style": "identifier_first"})
BY_CODE = merged(TWO_STEPS, {"selfservice": {"methods": {"code": {"passwordless_enabled": True}}}})
FIRST = ("method", "identifier_first", 1070009)
PASSWORD_BUTTON = ("method", "password", 1010022)
CODE_BUTTON = ("method", "code", 1010015)


async def house_of(over: JsonObject, schema: JsonObject, *, without_password: str = "") -> House:
    """Ada and Bob have an account with a password each; one of them may lose it."""
    house = await built(over, schema=schema)
    for email in (ADA, BOB):
        assert (await house.visitor().sign_up(email)).done
    for id in await house.identity_ids():
        found = await house.identity(id)
        if found.traits.members()["email"] == without_password:
            emptied = msgspec.structs.replace(found.credentials[CredentialType.PASSWORD], config=EMPTY)
            await house.change(id, credentials={**found.credentials, CredentialType.PASSWORD: emptied})
    return house


async def named(visitor: Visitor, email: str, **query: str) -> Outcome:
    return await visitor.submit(await visitor.start("login", **query), method="identifier_first", identifier=email)


def is_first(form: Shown) -> bool:
    return (form.attribute("identifier", "type"), form.buttons) == ("text", [FIRST])


@EACH
@pytest.mark.covers("IDF-01", "LOGIN-14", "LOGIN-31")
async def test_the_first_step_asks_for_a_name_alone(client: Client) -> None:
    form = await (await built(TWO_STEPS)).visitor(client).start("login")
    assert form.names == ["identifier", "method", "csrf_token"]
    assert form.buttons == [FIRST]
    assert {str(node["group"]) for node in form.nodes} == {"identifier_first", "default"}
    field = form.node("identifier")
    assert form.attribute("identifier", "autocomplete") == "username webauthn"
    assert (form.attribute("identifier", "required"), form.attribute("identifier")) == (True, "")
    assert field["meta"] == {
        "label": {
            "id": 1070002,
            "text": "E-mail address",
            "type": "info",
            "context": {"title": "E-mail address", "name": "traits.email"},
        }
    }


@EACH
@pytest.mark.covers("IDF-01", "LOGIN-14", "PWD-18", "QK-02")
async def test_the_second_step_asks_for_the_password(client: Client) -> None:
    house = await house_of(TWO_STEPS, PASSWORDS)
    visitor = house.visitor(client)
    first = await visitor.start("login")
    outcome = await visitor.submit(first, method="identifier_first", identifier=ADA)
    form = outcome.shown
    assert outcome.answer.status == AGAIN[client]
    assert (form.id, form.wire["active"], form.wire["state"]) == (first.id, "identifier_first", "choose_method")
    assert (form.names, form.everything_said) == (["identifier", "csrf_token", "password", "method"], [])
    assert (form.attribute("identifier"), form.attribute("identifier", "type")) == (ADA, "hidden")
    assert (form.node("identifier")["group"], form.buttons) == ("identifier_first", [PASSWORD_BUTTON])
    assert form.attribute("password", "autocomplete") == "current-password"
    done = await visitor.submit(form, method="password", identifier=ADA, password=PASSWORD)
    assert done.done
    assert await visitor.signed_in()


@EACH
@pytest.mark.covers("IDF-01", "LOGIN-29")
async def test_a_wrong_password_keeps_the_second_step(client: Client) -> None:
    visitor = (await house_of(TWO_STEPS, PASSWORDS)).visitor(client)
    second = (await named(visitor, ADA)).shown
    again = (await visitor.submit(second, method="password", identifier=ADA, password=OTHER_PASSWORD)).shown
    assert (again.said, again.buttons, again.attribute("identifier")) == ([4000006], [PASSWORD_BUTTON], ADA)
    empty = (await visitor.submit(again, method="password", identifier=ADA)).shown
    assert (empty.said_at("password"), empty.buttons) == ([4000002], [PASSWORD_BUTTON])
    assert (await visitor.submit(empty, method="password", identifier=ADA, password=PASSWORD)).done


@EACH
@pytest.mark.covers("IDF-02", "LOGIN-29")
async def test_nobody_is_told_at_the_first_step(client: Client) -> None:
    visitor = (await house_of(TWO_STEPS, PASSWORDS)).visitor(client)
    outcome = await named(visitor, "nobody@house.test")
    form = outcome.shown
    assert (outcome.answer.status, form.said, form.said_at("identifier")) == (AGAIN[client], [], [4000037])
    assert is_first(form)
    assert (form.attribute("identifier"), form.wire.get("active")) == ("nobody@house.test", None)
    right = (await visitor.submit(form, method="identifier_first", identifier=ADA)).shown
    assert (right.everything_said, right.buttons) == ([], [PASSWORD_BUTTON])


@EACH
@pytest.mark.covers("IDF-02", "PWD-18")
async def test_an_account_without_a_way_in_is_as_good_as_none(client: Client) -> None:
    house = await house_of(TWO_STEPS, PASSWORDS, without_password=BOB)
    assert (await named(house.visitor(client), BOB)).shown.said_at("identifier") == [4000037]


@EACH
@pytest.mark.covers("IDF-01", "IDF-02")
async def test_another_name_can_be_sent_from_the_second_step(client: Client) -> None:
    visitor = (await house_of(TWO_STEPS, PASSWORDS)).visitor(client)
    second = (await named(visitor, ADA)).shown
    other = (await visitor.submit(second, method="identifier_first", identifier=BOB)).shown
    assert (other.attribute("identifier"), other.buttons) == (BOB, [PASSWORD_BUTTON])
    back = (await visitor.submit(other, method="identifier_first", identifier="nobody@house.test")).shown
    assert is_first(back)
    assert back.said_at("identifier") == [4000037]


@EACH
@pytest.mark.covers("IDF-01")
@pytest.mark.parametrize("sent", [{}, {"identifier": ""}])
async def test_the_name_has_to_be_given(client: Client, sent: dict[str, JsonValue]) -> None:
    visitor = (await built(TWO_STEPS)).visitor(client)
    form = (await visitor.submit(await visitor.start("login"), method="identifier_first", **sent)).shown
    assert form.said_at("identifier") == [4000002]
    assert is_first(form)


@EACH
@pytest.mark.covers("IDF-01", "LOGIN-15")
async def test_the_first_step_goes_without_saying_its_method(client: Client) -> None:
    visitor = (await house_of(TWO_STEPS, PASSWORDS)).visitor(client)
    second = (await visitor.submit(await visitor.start("login"), identifier=ADA)).shown
    assert second.buttons == [PASSWORD_BUTTON]
    assert (await visitor.submit(second, identifier=ADA, password=PASSWORD)).shown.said == [4010002]


@EACH
@pytest.mark.covers("IDF-01", "PWD-01")
async def test_both_steps_at_once_are_fine(client: Client) -> None:
    visitor = (await house_of(TWO_STEPS, PASSWORDS)).visitor(client)
    wrong = (await visitor.sign_in(ADA, OTHER_PASSWORD)).shown
    assert (wrong.said, wrong.attribute("identifier")) == ([4000006], ADA)
    assert is_first(wrong)
    assert (await visitor.submit(wrong, method="password", identifier=ADA, password=PASSWORD)).done


@EACH
@pytest.mark.covers("IDF-01", "LOGIN-14", "CODE-04", "CODE-05")
async def test_who_has_a_password_and_codes_may_choose(client: Client) -> None:
    house = await house_of(BY_CODE, CODES)
    visitor = house.visitor(client)
    second = (await named(visitor, ADA)).shown
    assert second.names == ["identifier", "csrf_token", "password", "method", "method"]
    assert second.buttons == [PASSWORD_BUTTON, CODE_BUTTON]
    assert house.letters.composed == []
    sent = (await visitor.submit(second, method="code", identifier=ADA)).shown
    assert (sent.wire["state"], sent.said, sent.wire["active"]) == ("sent_email", [1010014], "code")
    assert (sent.attribute("identifier"), sent.attribute("identifier", "type")) == (ADA, "hidden")
    assert "password" not in sent.names
    assert (await visitor.submit(sent, method="code", identifier=ADA, code=house.letters.code(ADA))).done


@EACH
@pytest.mark.covers("QK-26", "IDF-01", "CODE-08")
async def test_who_has_nothing_but_codes_is_sent_one_at_once(client: Client) -> None:
    house = await house_of(BY_CODE, CODES, without_password=BOB)
    visitor = house.visitor(client)
    outcome = await named(visitor, BOB)
    sent = outcome.shown
    assert outcome.answer.status == AGAIN[client]
    assert (sent.wire["state"], sent.said, sent.wire["active"]) == ("sent_email", [1010014], "code")
    assert house.letters.to(BOB) == [TemplateType.LOGIN_CODE_VALID]
    assert (await visitor.submit(sent, method="code", identifier=BOB, code=house.letters.code(BOB))).done


@EACH
@pytest.mark.covers("IDF-01", "CODE-06")
async def test_one_can_turn_back_from_a_code_on_its_way(client: Client) -> None:
    house = await house_of(BY_CODE, CODES, without_password=BOB)
    visitor = house.visitor(client)
    sent = (await named(visitor, BOB)).shown
    other = (await visitor.submit(sent, method="identifier_first", identifier=ADA)).shown
    assert (other.wire["state"], other.attribute("identifier")) == ("choose_method", ADA)
    assert set(other.buttons) == {PASSWORD_BUTTON, CODE_BUTTON}
    assert (await visitor.submit(other, method="password", identifier=ADA, password=PASSWORD)).done


@EACH
@pytest.mark.covers("CODE-09", "IDF-01")
@pytest.mark.parametrize("fallback", [False, True])
async def test_codes_are_offered_to_whom_one_could_be_sent(client: Client, *, fallback: bool) -> None:
    over = merged(
        BY_CODE, {"selfservice": {"methods": {"code": {"config": {"missing_credential_fallback_enabled": fallback}}}}}
    )
    second = (await named((await house_of(over, PASSWORDS)).visitor(client), ADA)).shown
    assert (CODE_BUTTON in second.buttons) is fallback


@EACH
@pytest.mark.covers("LOGIN-14", "LOGIN-03")
async def test_confirming_who_one_is_takes_one_step(client: Client) -> None:
    visitor = (await house_of(TWO_STEPS, PASSWORDS)).visitor(client)
    assert (await visitor.sign_in(ADA)).done
    form = await visitor.start("login", refresh="true")
    assert (form.said, form.attribute("identifier"), "password" in form.names) == ([1010003], ADA, True)
    assert FIRST not in form.buttons
    refused = await visitor.submit(form, method="identifier_first", identifier=BOB)
    assert refused.shown.said == [4010002]


@EACH
@pytest.mark.covers("LOGIN-13", "IDF-01", "FLOW-11")
async def test_where_one_step_is_configured_there_is_no_first(client: Client) -> None:
    visitor = (await built()).visitor(client)
    outcome = await visitor.submit(await visitor.start("login"), method="identifier_first", identifier=ADA)
    assert (outcome.answer.status, outcome.shown.said) == (AGAIN[client], [4010002])


@EACH
@pytest.mark.covers("LOGIN-14", "SCH-20")
async def test_a_form_ends_with_the_steps_that_it_began_with(client: Client) -> None:
    house = await house_of(TWO_STEPS, PASSWORDS)
    visitor = house.visitor(client)
    second = (await named(visitor, ADA)).shown
    await house.reconfigured(flows(login={"style": "unified"}))
    assert (await visitor.submit(second, method="password", identifier=ADA, password=PASSWORD)).done
    one_step = await house.visitor(client).start("login")
    assert "password" in one_step.names


@pytest.mark.covers("IDF-01", "FLOW-13")
async def test_both_steps_remember_where_to_go_on() -> None:
    visitor = (await house_of(TWO_STEPS, PASSWORDS)).visitor(Client.BROWSER)
    second = (await named(visitor, ADA, return_to=f"{ALLOWED}/inside/room")).shown
    done = await visitor.submit(second, method="password", identifier=ADA, password=PASSWORD)
    assert done.went_to == f"{ALLOWED}/inside/room"


@pytest.mark.covers("FLOW-07", "IDF-01")
async def test_a_second_step_that_is_too_old_begins_with_the_first() -> None:
    house = await house_of(TWO_STEPS, PASSWORDS)
    visitor = house.visitor(Client.BROWSER)
    second = (await named(visitor, ADA)).shown
    house.clock.advance(minutes=11)
    fresh = await visitor.submit(second, method="password", identifier=ADA, password=PASSWORD)
    assert fresh.answer.location.startswith(f"{UI}/login?flow=")
    assert fresh.shown.said == [4010001]
    assert is_first(fresh.shown)
