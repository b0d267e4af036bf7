"""How do people with several addresses get back in? The same for browsers, single-page apps and native apps."""

import base64
import hashlib

import pytest

from limen.app.scope import Client
from limen.domain.courier.letter import TemplateType
from limen.kernel.json_doc import JsonObject, JsonValue
from limen.ports.storage import LetterFilter, Page
from play import ADA, AGAIN, BOB, EACH, EACH_WEB, House, Visitor, built
from play_config import EMAIL_TRAIT, UI, merged, person
from play_shown import Outcome, Shown, listed, part

PHONE: JsonObject = {"type": "string", "format": "tel", "title": "Phone", "ory.sh/kratos": {"recovery": {"via": "sms"}}}
SPARE: JsonObject = {**EMAIL_TRAIT, "ory.sh/kratos": {"recovery": {"via": "email"}, "verification": {"via": "email"}}}
SCHEMA = person({"email": EMAIL_TRAIT, "spare": SPARE, "phone": PHONE}, "email")
SECOND = "second@house.test"
NUMBER = "+4915112345678"
STRANGER = "nobody@house.test"
TEXTING: JsonObject = {
    "courier": {
        "channels": [{"id": "sms", "type": "http", "request_config": {"url": "http://sms.test", "method": "POST"}}]
    }
}
ON: JsonObject = {
    "feature_flags": {"choose_recovery_address": True},
    "selfservice": {
        "flows": {
            "settings": {"ui_url": f"{UI}/settings"},
            "recovery": {"enabled": True, "ui_url": f"{UI}/recovery", "lifespan": "10m"},
        },
        "methods": {"code": {"config": {"max_submissions": 3}}, "link": {"enabled": True}},
    },
}


async def house_of(over: JsonObject | None = None, **traits: str) -> House:
    house = await built(merged(merged(ON, TEXTING), over or {}), schema=SCHEMA)
    await house.visitor().sign_up(ADA, **traits)
    return house


async def house_of_three() -> House:
    return await house_of(spare=SECOND, phone=NUMBER)


async def given(visitor: Visitor, address: str = ADA) -> Shown:
    form = await visitor.start("recovery")
    return (await visitor.submit(form, method="code", recovery_address=address)).shown


def sign(address: str) -> str:
    return base64.b64encode(hashlib.sha256(address.encode()).digest()).decode()


async def chosen(visitor: Visitor, choice: str, first: str = ADA) -> Shown:
    form = await given(visitor, first)
    fields: JsonObject = {"recovery_address": first, "recovery_select_address": sign(choice)}
    return (await visitor.submit(form, method="code", **fields)).shown


async def confirmed(visitor: Visitor, form: Shown, address: str) -> Shown:
    return (await visitor.submit(form, method="code", recovery_address=ADA, recovery_confirm_address=address)).shown


async def entered(visitor: Visitor, form: Shown, code: str) -> Outcome:
    return await visitor.submit(form, method="code", code=code)


def stands(form: Shown) -> tuple[JsonValue, list[int]]:
    return form.wire["state"], form.said


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def mailed(house: House) -> list[tuple[str, TemplateType]]:
    """Recipient and template of everything that is on its way."""
    letters = await house.services.storage.letters.page(LetterFilter(), Page(limit=100))
    return [(each.recipient, each.template) for each in letters]


def sent_to(house: House, *addresses: str) -> list[int]:
    return [len(house.letters.to(address)) for address in addresses]


@EACH
@pytest.mark.covers("REC-09", "FLOW-03")
async def test_the_form_asks_for_any_address(client: Client) -> None:
    visitor = (await house_of()).visitor(client)
    form = await visitor.start("recovery")
    assert (form.wire["state"], form.wire["active"]) == ("recovery_awaiting_address", "code")
    assert [name for name in form.names if name != "csrf_token"] == ["recovery_address", "method"]
    assert (form.attribute("recovery_address", "type"), form.attribute("recovery_address", "required")) == (
        "text",
        True,
    )


@EACH
@pytest.mark.covers("REC-09", "REC-10")
async def test_whoever_has_several_addresses_chooses_a_masked_one(client: Client) -> None:
    house = await house_of_three()
    form = await given(house.visitor(client))
    assert stands(form) == ("recovery_awaiting_address_choice", [1060006])
    assert form.attribute("recovery_address") == ADA
    choices = [node for node in form.nodes if part(node, "attributes").get("name") == "recovery_select_address"]
    assert {part(node, "attributes")["value"]: part(part(node, "meta"), "label")["text"] for node in choices} == {
        sign(ADA): "ad****@house.test",
        sign(SECOND): "se****@house.test",
        sign(NUMBER): "+49****78",
    }
    assert SECOND not in str(form.wire)
    assert NUMBER not in str(form.wire)
    assert sent_to(house, ADA, SECOND, NUMBER) == [0, 0, 0]


@EACH
@pytest.mark.covers("REC-10", "REC-12", "REC-16")
async def test_the_address_that_was_given_needs_no_confirmation(client: Client) -> None:
    house = await house_of_three()
    visitor = house.visitor(client)
    form = await chosen(visitor, ADA)
    assert stands(form) == ("recovery_awaiting_code", [1060004])
    assert part(form.messages[0], "context") == {"masked_address": "ad****@house.test"}
    assert sorted(name for name in form.names if name != "csrf_token") == [
        "code",
        "method",
        "method",
        "recovery_address",
        "recovery_confirm_address",
        "screen",
    ]
    done = await entered(visitor, form, house.letters.code(ADA))
    assert done.answer.status == (303 if client is Client.BROWSER else 422)
    assert done.went_to.startswith(f"{UI}/settings?flow=")


@EACH
@pytest.mark.covers("REC-08", "CW-07")
async def test_apps_are_told_what_comes_next_where_they_heed_it(client: Client) -> None:
    house = await house_of({"feature_flags": {"use_continue_with_transitions": True}})
    visitor = house.visitor(client)
    done = await entered(visitor, await given(visitor), house.letters.code(ADA))
    if client is Client.BROWSER:
        assert done.went_to.startswith(f"{UI}/settings?flow=")
        return
    actions = [item["action"] for item in listed(done.answer.json, "continue_with")]
    token = ["set_ory_session_token"] if client is Client.API else []
    assert (done.answer.json["state"], actions) == ("passed_challenge", [*token, "show_settings_ui"])


@EACH
@pytest.mark.covers("REC-11", "REC-17")
async def test_another_address_has_to_be_typed_in_full(client: Client) -> None:
    house = await house_of_three()
    visitor = house.visitor(client)
    confirm = await chosen(visitor, SECOND)
    assert stands(confirm) == ("recovery_confirming_address", [1060005])
    assert confirm.attribute("recovery_confirm_address", "type") == "email"
    assert confirm.attribute("recovery_confirm_address") is None
    sent = await confirmed(visitor, confirm, "Second@House.test")
    assert stands(sent) == ("recovery_awaiting_code", [1060004])
    assert sent_to(house, ADA, SECOND, NUMBER) == [0, 1, 0]
    assert (await entered(visitor, sent, house.letters.code(SECOND))).went_to.startswith(f"{UI}/settings")
    (id,) = await house.identity_ids()
    found = {each.value: each.verified for each in (await house.identity(id)).verifiable_addresses}
    assert found == {SECOND: True}, "with the first proof, an address that nobody proved lets nobody in (adr/0024)"


@EACH
@pytest.mark.covers("REC-10", "REC-12", "COU-09")
async def test_a_code_may_come_to_the_phone(client: Client) -> None:
    house = await house_of_three()
    visitor = house.visitor(client)
    confirm = await chosen(visitor, NUMBER)
    assert confirm.attribute("recovery_confirm_address", "type") == "tel"
    sent = await confirmed(visitor, confirm, "+49 1511 2345678")
    assert house.letters.to(NUMBER) == [TemplateType.RECOVERY_CODE_VALID]
    assert (await entered(visitor, sent, house.letters.code(NUMBER))).went_to.startswith(f"{UI}/settings")


@EACH
@pytest.mark.covers("REC-10", "COU-09")
async def test_a_phone_is_no_choice_where_nobody_sends_text_messages(client: Client) -> None:
    house = await built(ON, schema=SCHEMA)
    await house.visitor().sign_up(ADA, phone=NUMBER)
    assert stands(await given(house.visitor(client))) == ("recovery_awaiting_code", [1060004])
    by_phone = await given(house.visitor(client), NUMBER)
    assert [value for name, value, _ in by_phone.buttons if name == "recovery_select_address"] == [sign(ADA)]


@EACH
@pytest.mark.covers("REC-11", "REC-13", "SEC-08")
@pytest.mark.parametrize("guess", [STRANGER, BOB, "+4915112345679", "not an address", "@"])
async def test_a_wrong_confirmation_looks_the_same_and_sends_nothing(client: Client, guess: str) -> None:
    house = await house_of_three()
    await house.visitor().sign_up(BOB)
    visitor = house.visitor(client)
    confirm = await chosen(visitor, SECOND)
    sent = await confirmed(visitor, confirm, guess)
    right = (
        await confirmed(visitor, await chosen(house.visitor(client), SECOND), SECOND) if client is Client.API else sent
    )
    assert (stands(sent), sent.names) == (stands(right), right.names)
    assert [to for to, _ in await mailed(house) if to != SECOND] == []


@EACH
@pytest.mark.covers("REC-13", "SEC-08", "SEC-20")
async def test_an_unknown_address_looks_like_a_known_one(client: Client) -> None:
    house = await house_of()
    known = await given(house.visitor(client))
    for address in (STRANGER, "+4915112345679", "somebody", "@", "x" * 300):
        unknown = await given(house.visitor(client), address)
        assert (stands(unknown), unknown.names) == (stands(known), known.names)
        assert unknown.attribute("recovery_address") == address
    assert await mailed(house) == [(ADA, TemplateType.RECOVERY_CODE_VALID)]


@EACH
@pytest.mark.covers("REC-04")
async def test_only_strangers_with_an_email_address_are_written_to(client: Client) -> None:
    notify: JsonObject = {"selfservice": {"flows": {"recovery": {"notify_unknown_recipients": True}}}}
    house = await house_of(notify)
    for address in (STRANGER, "+4915112345679", "somebody", "a@"):
        await given(house.visitor(client), address)
    assert await mailed(house) == [(STRANGER, TemplateType.RECOVERY_CODE_INVALID)]


@EACH
@pytest.mark.covers("REC-05", "REC-12", "CODE-03", "SEC-09")
async def test_after_too_many_codes_even_the_right_one_is_worthless(client: Client) -> None:
    house = await house_of()
    visitor = house.visitor(client)
    form = await given(visitor)
    code = house.letters.code(ADA)
    for _ in range(3):
        again = await entered(visitor, form, wrong(code))
        assert again.answer.status == (303 if client is Client.BROWSER else 200)
        assert stands(again.shown) == ("recovery_awaiting_code", [4060006])
    over = await entered(visitor, form, code)
    assert stands(over.shown) == ("recovery_awaiting_address", [4000001])
    assert not await visitor.signed_in()


@EACH
@pytest.mark.covers("CODE-03", "REC-12")
async def test_going_back_and_choosing_anew_does_not_give_more_tries(client: Client) -> None:
    house = await house_of()
    visitor = house.visitor(client)
    form = await given(visitor)
    for _ in range(3):
        await entered(visitor, form, wrong(house.letters.code(ADA)))
    back = (await visitor.submit(form, method="code", recovery_address=ADA, screen="previous")).shown
    form = (await visitor.submit(back, method="code", recovery_address=ADA)).shown
    over = await entered(visitor, form, house.letters.code(ADA))
    assert over.shown.said == [4000001]


@EACH
@pytest.mark.covers("REC-23", "REC-12")
async def test_another_code_replaces_the_first(client: Client) -> None:
    house = await house_of()
    visitor = house.visitor(client)
    form = await given(visitor)
    first = house.letters.code(ADA)
    resent = (
        await visitor.submit(form, method="code", code="12", recovery_address=ADA, recovery_confirm_address=ADA)
    ).shown
    assert stands(resent) == ("recovery_awaiting_code", [1060004])
    assert (await entered(visitor, resent, first)).shown.said == [4060006]
    done = await entered(visitor, resent, house.letters.code(ADA))
    assert done.went_to.startswith(f"{UI}/settings")


@EACH
@pytest.mark.covers("REC-12", "REC-23")
async def test_one_goes_back_to_the_choice_and_the_code_is_dead_once_another_is_sent(client: Client) -> None:
    house = await house_of_three()
    visitor = house.visitor(client)
    sent = await chosen(visitor, ADA)
    code = house.letters.code(ADA)
    back = (await visitor.submit(sent, method="code", recovery_address=ADA, screen="previous")).shown
    assert stands(back) == ("recovery_awaiting_address_choice", [1060006])
    confirm = (await visitor.submit(back, method="code", recovery_select_address=sign(SECOND))).shown
    assert ("screen", "previous", 1060007) in confirm.buttons
    last = await confirmed(visitor, confirm, SECOND)
    assert (await entered(visitor, last, code)).shown.said == [4060006]
    assert (await entered(visitor, last, house.letters.code(SECOND))).went_to.startswith(f"{UI}/settings")


@EACH
@pytest.mark.covers("REC-12")
async def test_who_had_no_choice_goes_back_to_the_beginning(client: Client) -> None:
    visitor = (await house_of()).visitor(client)
    form = await given(visitor, STRANGER)
    back = (await visitor.submit(form, method="code", recovery_address=STRANGER, screen="previous")).shown
    assert stands(back) == ("recovery_awaiting_address", [])
    assert back.attribute("recovery_address") is None


@EACH
@pytest.mark.covers("REC-09", "FLOW-09")
async def test_what_is_missing_or_too_long_is_told_at_its_field(client: Client) -> None:
    house = await house_of_three()
    visitor = house.visitor(client)
    form = await visitor.start("recovery")
    for fields, said in (
        ({}, 4000002),
        ({"recovery_address": ""}, 4000002),
        ({"recovery_address": "x" * 1025}, 4000017),
    ):
        again = await visitor.submit(form, method="code", **fields)
        assert (again.answer.status, again.shown.said_at("recovery_address")) == (AGAIN[client], [said])
    choice = await given(visitor)
    assert (await visitor.submit(choice, method="code")).shown.said_at("recovery_select_address") == [4000002]
    strange = await visitor.submit(choice, method="code", recovery_select_address=sign(BOB))
    assert (strange.answer.status, stands(strange.shown)) == (
        AGAIN[client],
        ("recovery_awaiting_address_choice", [4000001]),
    )
    confirm = await chosen(visitor, SECOND)
    assert (await visitor.submit(confirm, method="code")).shown.said_at("recovery_confirm_address") == [4000002]
    sent = await chosen(visitor, ADA)
    assert (await visitor.submit(sent, method="code")).shown.said_at("code") == [4000002]


@EACH
@pytest.mark.covers("REC-12", "CODE-02")
async def test_the_choice_cannot_be_skipped_nor_taken_to_somebody_else(client: Client) -> None:
    house = await house_of_three()
    await house.visitor().sign_up(BOB)
    visitor = house.visitor(client)
    form = await visitor.start("recovery")
    skipped = await visitor.submit(form, method="code", recovery_confirm_address=ADA, code="123456")
    assert skipped.shown.said_at("recovery_address") == [4000002]
    sent = await chosen(visitor, ADA)
    await visitor.submit(sent, method="code", recovery_address=BOB, recovery_confirm_address=BOB)
    assert sent_to(house, ADA) == [1]
    assert BOB not in {to for to, _ in await mailed(house)}


@EACH_WEB
@pytest.mark.covers("REC-02")
async def test_who_signed_in_meanwhile_needs_no_recovery(client: Client) -> None:
    house = await house_of_three()
    visitor = house.visitor(client)
    form = await given(visitor)
    await visitor.sign_in(ADA)
    refused = await visitor.submit(form, method="code", recovery_select_address=sign(ADA))
    if client is Client.BROWSER:
        assert refused.went_to == f"{UI}/"
    else:
        assert refused.error["id"] == "session_already_available"


@EACH
@pytest.mark.covers("FLOW-08", "REC-09")
async def test_an_old_form_is_replaced_by_one_of_its_kind(client: Client) -> None:
    house = await house_of()
    visitor = house.visitor(client)
    form = await given(visitor)
    house.clock.advance(minutes=11)
    over = await entered(visitor, form, house.letters.code(ADA))
    assert stands(over.shown) == ("recovery_awaiting_address", [4060005])


@EACH
@pytest.mark.covers("REC-14", "REC-09")
async def test_links_are_asked_for_in_one_step_whatever_the_flag_says(client: Client) -> None:
    house = await house_of({"selfservice": {"flows": {"recovery": {"use": "link"}}}})
    visitor = house.visitor(client)
    form = await visitor.start("recovery")
    assert form.wire["state"] == "choose_method"
    sent = await visitor.submit(form, method="link", email=ADA)
    assert stands(sent.shown) == ("sent_email", [1060002])


@pytest.mark.covers("REC-21")
async def test_a_code_of_an_operator_needs_no_choice() -> None:
    house = await house_of_three()
    (id,) = await house.identity_ids()
    made = (await house.operate("POST", "/admin/recovery/code", {"identity_id": id})).json
    visitor = house.visitor(Client.BROWSER)
    form = Shown(
        kind="recovery", wire=(await visitor.fetch("recovery", str(made["recovery_link"]).rpartition("=")[2])).json
    )
    assert form.wire["state"] == "sent_email"
    done = await entered(visitor, form, str(made["recovery_code"]))
    assert done.went_to.startswith(f"{UI}/settings")
