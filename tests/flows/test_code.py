"""How do people sign in and sign up by code? The same for browsers, single-page apps and native apps."""

import pytest

from limen.app.scope import Client
from limen.domain.courier.letter import TemplateType
from limen.domain.identity.addresses import AddressStatus
from limen.kernel.json_doc import JsonObject
from play import ADA, AGAIN, EACH, House, Visitor, built
from play_config import EMAIL_BY_CODE, person
from play_shown import Outcome, Shown

SCHEMA = person({"email": EMAIL_BY_CODE, "name": {"type": "string", "title": "Name"}}, "email")
ON: JsonObject = {
    "selfservice": {
        "methods": {"code": {"passwordless_enabled": True, "config": {"max_submissions": 3}}},
        "flows": {"registration": {"after": {"code": {"hooks": [{"hook": "session"}]}}}},
    }
}
TRAITS: JsonObject = {"email": ADA, "name": "Ada"}


async def house_of_ada() -> House:
    house = await built(ON, schema=SCHEMA)
    await house.visitor().sign_up(ADA)
    return house


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def asked(visitor: Visitor, identifier: str = ADA) -> Outcome:
    return await visitor.submit(await visitor.start("login"), method="code", identifier=identifier)


async def entered(visitor: Visitor, form: Shown, code: str) -> Outcome:
    return await visitor.submit(form, method="code", identifier=ADA, code=code)


@EACH
@pytest.mark.covers("CODE-04", "CODE-05", "CODE-08", "CODE-19")
async def test_a_code_signs_in_and_proves_the_address(client: Client) -> None:
    house = await house_of_ada()
    visitor = house.visitor(client)
    sent = await asked(visitor)
    assert sent.answer.status == AGAIN[client]
    assert (sent.shown.wire["state"], sent.shown.said, sent.shown.wire["active"]) == ("sent_email", [1010014], "code")
    assert "password" not in sent.shown.names
    assert house.letters.to(ADA) == [TemplateType.LOGIN_CODE_VALID]
    done = await entered(visitor, sent.shown, house.letters.code(ADA))
    assert done.done
    assert await visitor.signed_in()
    (id,) = await house.identity_ids()
    assert (await house.identity(id)).verifiable_addresses[0].status is AddressStatus.COMPLETED


@EACH
@pytest.mark.covers("CODE-03", "CODE-05", "SEC-09")
async def test_wrong_codes_are_told_until_they_are_too_many(client: Client) -> None:
    house = await house_of_ada()
    visitor = house.visitor(client)
    sent = (await asked(visitor)).shown
    code = house.letters.code(ADA)
    for _ in range(3):
        again = await entered(visitor, sent, wrong(code))
        assert (again.answer.status, again.shown.said) == (AGAIN[client], [4010008])
    over = await entered(visitor, sent, code)
    assert (over.answer.status, over.shown.said, over.shown.id) == (AGAIN[client], [4000001], sent.id)
    assert not await visitor.signed_in()


@EACH
@pytest.mark.covers("CODE-06")
async def test_another_code_replaces_the_first(client: Client) -> None:
    house = await house_of_ada()
    visitor = house.visitor(client)
    sent = (await asked(visitor)).shown
    first = house.letters.code(ADA)
    again = await visitor.submit(sent, method="code", identifier=ADA, resend="code")
    assert (again.shown.said, again.shown.wire["state"]) == ([1010014], "sent_email")
    assert (await entered(visitor, again.shown, first)).shown.said == [4010008]
    assert (await entered(visitor, again.shown, house.letters.code(ADA))).done


@EACH
@pytest.mark.covers("CODE-07", "CODE-09")
async def test_who_signs_in_otherwise_gets_no_code_unless_configured(client: Client) -> None:
    house = await built(ON)
    await house.visitor().sign_up(ADA)
    visitor = house.visitor(client)
    refused = await asked(visitor)
    assert (refused.answer.status, refused.shown.said) == (AGAIN[client], [4000035])
    methods: JsonObject = {
        "code": {"passwordless_enabled": True, "config": {"missing_credential_fallback_enabled": True}}
    }
    await house.reconfigured({"selfservice": {"methods": methods}})
    sent = await asked(visitor)
    assert (await entered(visitor, sent.shown, house.letters.code(ADA))).done
    assert await visitor.signed_in()


@EACH
@pytest.mark.covers("CODE-13", "CODE-14")
async def test_a_code_signs_up(client: Client) -> None:
    house = await built(ON, schema=SCHEMA)
    visitor = house.visitor(client)
    form = await visitor.start("registration")
    sent = await visitor.submit(form, method="code", traits=TRAITS)
    assert (sent.answer.status, sent.shown.said) == (AGAIN[client], [1040005])
    assert house.letters.to(ADA) == [TemplateType.REGISTRATION_CODE_VALID]
    assert await house.identities() == 0
    code = house.letters.code(ADA)
    again = await visitor.submit(sent.shown, method="code", traits=TRAITS, code=wrong(code))
    assert again.shown.said == [4040003]
    other = await visitor.submit(sent.shown, method="code", traits={**TRAITS, "name": "Bob"}, code=code)
    assert other.shown.said == [4000036]
    assert await house.identities() == 0
    assert (await visitor.submit(other.shown, method="code", traits={**TRAITS, "name": "Bob"}, code=code)).done
    assert await visitor.signed_in()
    (id,) = await house.identity_ids()
    assert (await house.identity(id)).verifiable_addresses[0].verified
    house.clock.advance(seconds=1)
    assert (await asked(house.visitor(client))).shown.said == [1010014]


@EACH
@pytest.mark.covers("CODE-06", "CODE-13")
async def test_a_sign_up_code_can_be_sent_again(client: Client) -> None:
    house = await built(ON, schema=SCHEMA)
    visitor = house.visitor(client)
    form = await visitor.start("registration")
    sent = (await visitor.submit(form, method="code", traits=TRAITS)).shown
    first = house.letters.code(ADA)
    again = (await visitor.submit(sent, method="code", traits=TRAITS, resend="code")).shown
    assert (await visitor.submit(again, method="code", traits=TRAITS, code=first)).shown.said == [4040003]
    assert (await visitor.submit(again, method="code", traits=TRAITS, code=house.letters.code(ADA))).done


@EACH
@pytest.mark.covers("CODE-01")
async def test_without_the_switch_codes_neither_sign_in_nor_up(client: Client) -> None:
    house = await built(schema=SCHEMA)
    visitor = house.visitor(client)
    assert (await asked(visitor)).shown.said == [4010002]
    form = await visitor.start("registration")
    assert (await visitor.submit(form, method="code", traits=TRAITS)).shown.said == [4010003]
    assert house.letters.composed == []


SENT_NODES = [("method", "hidden"), ("code", "text"), ("method", "submit"), ("resend", "submit")]
SORTED_NODES = [("code", "text"), ("resend", "submit"), ("method", "hidden"), ("method", "submit")]


def nodes_of(shown: Shown) -> list[tuple[object, object]]:
    """Name and type of every input, in the order of the form."""
    ui = shown.wire["ui"]
    assert isinstance(ui, dict)
    nodes = ui["nodes"]
    assert isinstance(nodes, list)
    found: list[tuple[object, object]] = []
    for node in nodes:
        assert isinstance(node, dict)
        attributes = node["attributes"]
        assert isinstance(attributes, dict)
        found.append((attributes["name"], attributes["type"]))
    return found


def token_of(client: Client) -> list[tuple[object, object]]:
    return [] if client is Client.API else [("csrf_token", "hidden")]


@EACH
@pytest.mark.covers("CODE-04", "CODE-06", "LOGIN-30")
async def test_a_form_that_a_code_was_sent_for_stands_as_it_was_made_until_a_code_is_wrong(client: Client) -> None:
    house = await house_of_ada()
    visitor = house.visitor(client)
    sent = (await asked(visitor)).shown
    assert nodes_of(sent) == [("identifier", "hidden"), *SENT_NODES, *token_of(client)]
    refused = (await entered(visitor, sent, wrong(house.letters.code(ADA)))).shown
    assert nodes_of(refused) == [("csrf_token", "hidden"), ("identifier", "hidden"), *SORTED_NODES]
    again = (await visitor.submit(refused, method="code", identifier=ADA, resend="code")).shown
    assert nodes_of(again) == [("identifier", "hidden"), *SENT_NODES, *token_of(client)]


@EACH
@pytest.mark.covers("CODE-13", "REG-21")
async def test_a_sign_up_that_waits_for_a_code_shows_the_code_behind_the_traits(client: Client) -> None:
    house = await built(ON, schema=SCHEMA)
    visitor = house.visitor(client)
    sent = (await visitor.submit(await visitor.start("registration"), method="code", traits=TRAITS)).shown
    traits = [("csrf_token", "hidden"), ("traits.email", "hidden"), ("traits.name", "hidden")]
    assert nodes_of(sent) == [*traits, *SENT_NODES]
    code = wrong(house.letters.code(ADA))
    refused = (await visitor.submit(sent, method="code", traits=TRAITS, code=code)).shown
    assert nodes_of(refused) == [*traits, *SORTED_NODES]


@EACH
@pytest.mark.covers("LOGIN-03", "CODE-12")
async def test_who_confirms_who_they_are_is_asked_for_the_address_or_left_with_their_own(client: Client) -> None:
    house = await house_of_ada()
    visitor = house.visitor(client)
    await visitor.sign_in(ADA)
    form = await visitor.start("login", refresh="true")
    assert (form.attribute("identifier", "type"), form.attribute("identifier")) == ("text", "")
    assert form.names.count("identifier") == 1
    sent = (await visitor.submit(form, method="code")).shown
    assert (sent.attribute("identifier", "type"), sent.attribute("identifier"), sent.said) == ("hidden", ADA, [1010025])
    assert (await entered(visitor, sent, house.letters.code(ADA))).done


@EACH
@pytest.mark.covers("CODE-12", "LOGIN-17")
async def test_confirming_who_one_is_sends_nothing_to_somebody_else(client: Client) -> None:
    house = await house_of_ada()
    await house.visitor().sign_up("bob@house.test")
    visitor = house.visitor(client)
    await visitor.sign_in(ADA)
    form = await visitor.start("login", refresh="true")
    refused = await visitor.submit(form, method="code", identifier="bob@house.test")
    assert refused.shown.said == [4000035]
    assert house.letters.to("bob@house.test") == []


@pytest.mark.covers("SEC-02", "CODE-01")
async def test_native_forms_with_nothing_but_a_code_have_no_token_until_something_is_wrong() -> None:
    house = await built(
        {**ON, "selfservice": {"methods": {"password": {"enabled": False}, "code": {"passwordless_enabled": True}}}},
        schema=SCHEMA,
    )
    visitor = house.visitor(Client.API)
    form = await visitor.start("login")
    assert nodes_of(form) == [("identifier", "text"), ("method", "submit")]
    refused = await visitor.submit(form, method="code", identifier=ADA)
    assert nodes_of(refused.shown) == [("csrf_token", "hidden"), ("identifier", "text"), ("method", "submit")]


@EACH
@pytest.mark.covers("CODE-14")
async def test_what_was_entered_last_is_what_a_sign_up_is_held_to(client: Client) -> None:
    """The address that the code went to has to be among the traits, whatever the form shows meanwhile."""
    house = await built(ON, schema=SCHEMA)
    visitor = house.visitor(client)
    sent = (await visitor.submit(await visitor.start("registration"), method="code", traits=TRAITS)).shown
    code = house.letters.code(ADA)
    other: JsonObject = {"email": "eve@house.test", "name": "Ada"}
    changed = (await visitor.submit(sent, method="code", traits=other, code=code)).shown
    assert (changed.said, changed.attribute("traits.email")) == ([4000036], "eve@house.test")
    assert (await visitor.submit(changed, method="code", traits=other, code=code)).shown.said == [4040003]
    assert (await visitor.submit(changed, method="code", traits=TRAITS, code=code)).shown.said == [4000036]
    assert await house.identities() == 0
    assert (await visitor.submit(changed, method="code", traits=TRAITS, code=code)).done


@EACH
@pytest.mark.covers("CODE-14", "NEGO-03", "REG-24")
async def test_lists_travel_along_to_the_account(client: Client) -> None:
    """A browser sends back what the form shows, so that has to be all of it."""
    schema = person({"email": EMAIL_BY_CODE, "tags": {"type": "array", "items": {"type": "string"}}}, "email")
    house = await built(ON, schema=schema)
    visitor = house.visitor(client)
    traits: JsonObject = {"email": ADA, "tags": ["red", "blue"]}
    sent = (await visitor.submit(await visitor.start("registration"), method="code", traits=traits)).shown
    shown = [(name, sent.attribute(name, "type"), sent.attribute(name)) for name in ("traits.tags.0", "traits.tags.1")]
    assert shown == [("traits.tags.0", "hidden", "red"), ("traits.tags.1", "hidden", "blue")]
    filled: JsonObject = {name: value for name, _, value in shown if isinstance(value, str)}
    form: JsonObject = {"traits.email": ADA, **filled} if client is Client.BROWSER else {"traits": traits}
    assert (await visitor.submit(sent, method="code", code=house.letters.code(ADA), **form)).done
    (id,) = await house.identity_ids()
    assert (await house.identity(id)).traits.members()["tags"] == ["red", "blue"]
