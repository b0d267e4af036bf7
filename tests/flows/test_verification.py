"""How does somebody prove an address? On request, at sign-up, at sign-in; for all three kinds of client."""

import pytest

from limen.app.scope import Client
from limen.domain.courier.letter import TemplateType
from limen.domain.identity.addresses import AddressStatus, VerifiableAddress
from limen.kernel.json_doc import JsonObject, JsonValue
from play import ADA, CSRF_COOKIE, EACH, House, Visitor, built
from play_config import UI
from play_shown import Outcome, Shown, listed, part

VERIFICATION: JsonObject = {"enabled": True, "ui_url": f"{UI}/verification", "lifespan": "10m"}
SESSION: JsonObject = {"hook": "session"}
SHOW: JsonObject = {"hook": "show_verification_ui"}
BACK = "https://allowed.test/inside/back"


def careful(flows: JsonObject | None = None, **verification: JsonValue) -> JsonObject:
    all: JsonObject = {"verification": {**VERIFICATION, **verification}, **(flows or {})}
    methods: JsonObject = {"code": {"config": {"max_submissions": 3}}, "link": {"enabled": True}}
    return {"selfservice": {"flows": all, "methods": methods}}


def after(kind: str, *hooks: JsonObject) -> JsonObject:
    return {kind: {"after": {"password": {"hooks": list(hooks)}}}}


async def quiet_house_of_ada(over: JsonObject | None = None) -> House:
    """Ada signed up before verification was switched on."""
    house = await built()
    await house.visitor().sign_up(ADA)
    await house.reconfigured(over if over is not None else careful())
    return house


async def asked(visitor: Visitor, email: str = ADA, method: str = "code", **query: str) -> Shown:
    form = await visitor.start("verification", **query)
    return (await visitor.submit(form, method=method, email=email)).shown


async def entered(visitor: Visitor, form: Shown, code: str) -> Outcome:
    return await visitor.submit(form, method="code", code=code)


async def address(house: House) -> VerifiableAddress:
    (id,) = await house.identity_ids()
    return (await house.identity(id)).verifiable_addresses[0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def anchor(form: Shown) -> str:
    return next(str(part(node, "attributes")["href"]) for node in form.nodes if node["type"] == "a")


@EACH
@pytest.mark.covers("VER-02", "VER-04", "VER-13", "VER-18")
async def test_a_code_proves_the_address(client: Client) -> None:
    house = await quiet_house_of_ada()
    visitor = house.visitor(client)
    sent = await asked(visitor, return_to=BACK)
    assert (sent.wire["state"], sent.wire["active"], sent.said) == ("sent_email", "code", [1080003])
    assert (await address(house)).status is AddressStatus.SENT
    done = await entered(visitor, sent, house.letters.code(ADA))
    assert done.answer.status == (303 if client is Client.BROWSER else 200)
    assert (done.shown.id, done.shown.wire["state"], done.shown.said) == (sent.id, "passed_challenge", [1080002])
    assert (anchor(done.shown), part(done.shown.wire, "ui")["method"]) == (BACK, "GET")
    proven = await address(house)
    assert (proven.verified, proven.status) == (True, AddressStatus.COMPLETED)
    assert proven.verified_at == house.clock.now()


@EACH
@pytest.mark.covers("VER-03", "CODE-03", "VER-09")
async def test_after_too_many_codes_a_fresh_form_is_needed(client: Client) -> None:
    house = await quiet_house_of_ada()
    visitor = house.visitor(client)
    sent = await asked(visitor)
    code = house.letters.code(ADA)
    for _ in range(3):
        assert (await entered(visitor, sent, wrong(code))).shown.said == [4070006]
    over = await entered(visitor, sent, code)
    assert (await fresh(visitor, over)).said == [4000001]
    assert not (await address(house)).verified


@EACH
@pytest.mark.covers("VER-09", "VER-10")
async def test_a_finished_form_can_be_read_but_not_sent(client: Client) -> None:
    house = await quiet_house_of_ada()
    visitor = house.visitor(client)
    sent = await asked(visitor)
    done = (await entered(visitor, sent, house.letters.code(ADA))).shown
    assert (await visitor.fetch("verification", sent.id)).status == 200
    over = await visitor.submit(done, method="code", email=ADA)
    assert (await fresh(visitor, over)).said == [4070002]


async def fresh(visitor: Visitor, over: Outcome) -> Shown:
    """The form that took the place of another: browsers are led there, apps are told of it."""
    if visitor.client is Client.BROWSER:
        return over.shown
    assert (over.answer.status, over.error_id) == (410, "self_service_flow_replaced")
    found = await visitor.fetch("verification", str(over.answer.json["use_flow_id"]))
    return Shown(kind="verification", wire=found.json)


@EACH
@pytest.mark.covers("VER-16")
async def test_another_code_replaces_the_first(client: Client) -> None:
    house = await quiet_house_of_ada()
    visitor = house.visitor(client)
    sent = await asked(visitor)
    first = house.letters.code(ADA)
    await visitor.submit(sent, method="code", email=ADA)
    assert (await entered(visitor, sent, first)).shown.said == [4070006]
    assert (await entered(visitor, sent, house.letters.code(ADA))).shown.said == [1080002]


@EACH
@pytest.mark.covers("VER-06", "LINK-04")
async def test_the_link_beside_the_code_fills_it_in_and_spends_nothing(client: Client) -> None:
    house = await quiet_house_of_ada()
    sent = await asked(house.visitor(client))
    browser = house.visitor(Client.BROWSER)
    opened = await browser.get("/self-service/verification", **house.letters.link_query(ADA))
    assert opened.location == f"{UI}/verification?flow={sent.id}"
    form = Shown(kind="verification", wire=(await browser.fetch("verification", sent.id)).json)
    assert form.attribute("code") == house.letters.code(ADA)
    assert not (await address(house)).verified
    done = await entered(browser, form, house.letters.code(ADA))
    assert done.shown.said == [1080002]


@pytest.mark.covers("VER-06", "LINK-04", "NEGO-07")
async def test_an_app_that_opens_the_link_itself_goes_on_as_an_app() -> None:
    house = await quiet_house_of_ada()
    app = house.visitor(Client.API)
    sent = await asked(app)
    await app.get("/self-service/verification", **house.letters.link_query(ADA))
    assert [name for name in app.jar if name.startswith(CSRF_COOKIE)]
    code = house.letters.code(ADA)
    assert (await entered(app, sent, wrong(code))).shown.said == [4070006]
    done = await app.post("verification", sent.id, {"method": "code", "code": code})
    assert (done.answer.status, done.shown.said) == (200, [1080002])


@pytest.mark.covers("VER-06", "NEGO-07", "SEC-04")
async def test_a_page_cannot_pass_for_the_app_whose_link_was_opened_in_its_browser() -> None:
    house = await quiet_house_of_ada()
    sent = await asked(house.visitor(Client.API))
    code = house.letters.code(ADA)
    for headers, cookies in (({"origin": "http://evil.test"}, {}), ({}, {"colour": "red"})):
        browser = house.visitor(Client.SPA)
        await browser.get("/self-service/verification", **house.letters.link_query(ADA))
        browser.jar |= cookies
        browser.headers = headers
        answer = await browser.call(
            "POST", "/self-service/verification", body={"method": "code", "code": code}, flow=sent.id
        )
        assert answer.status == 400
        assert not (await address(house)).verified


@EACH
@pytest.mark.covers("VER-02", "FLOW-11")
async def test_what_is_no_method_is_told_at_the_button_and_another_form_keeps_the_address(client: Client) -> None:
    house = await quiet_house_of_ada()
    visitor = house.visitor(client)
    form = await visitor.start("verification")
    unknown = (await visitor.submit(form, method="telepathy", email=ADA)).shown
    assert (unknown.said, unknown.said_at("method")) == ([], [4000001])
    other = (await visitor.submit(form, method="link", email=ADA)).shown
    assert (other.said, other.attribute("email")) == ([4010006], ADA)
    assert house.letters.to(ADA) == []


@EACH
@pytest.mark.covers("VER-07")
async def test_a_link_proves_the_address_once(client: Client) -> None:
    house = await quiet_house_of_ada(careful(use="link"))
    sent = await asked(house.visitor(client), method="link")
    assert (sent.wire["state"], sent.said) == ("sent_email", [1080001])
    browser = house.visitor(Client.BROWSER)
    opened = await browser.get("/self-service/verification", **house.letters.link_query(ADA))
    assert opened.location == f"{UI}/verification?flow={sent.id}"
    assert (await address(house)).verified
    again = await browser.get("/self-service/verification", **house.letters.link_query(ADA))
    form = (await browser.fetch("verification", again.location.rpartition("=")[2])).json
    assert Shown(kind="verification", wire=form).said == [4070001]


@EACH
@pytest.mark.covers("VER-11", "HOOK-14", "HOOK-15", "CW-02", "CW-07")
async def test_a_sign_up_begins_a_verification_and_shows_it(client: Client) -> None:
    house = await built(careful(after("registration", SESSION, SHOW)))
    visitor = house.visitor(client)
    form = await visitor.start("registration", after_verification_return_to=BACK)
    done = await visitor.submit(form, method="password", password="correct-horse-7battery", traits={"email": ADA})
    if client is Client.BROWSER:
        assert done.went_to.startswith(f"{UI}/verification?flow=")
        id = done.went_to.rpartition("=")[2]
    else:
        items = listed(done.result, "continue_with")
        other = {Client.SPA: "redirect_browser_to", Client.API: "set_ory_session_token"}[client]
        order = [other, "show_verification_ui"] if client is Client.SPA else ["show_verification_ui", other]
        assert [item["action"] for item in items] == order
        shown = next(part(item, "flow") for item in items if item["action"] == "show_verification_ui")
        assert (shown["verifiable_address"], "url" in shown) == (ADA, client is Client.SPA)
        id = str(shown["id"])
        assert listed(part(done.result, "identity"), "verifiable_addresses")[0]["status"] == "sent"
    answer = await visitor.fetch("verification", id)
    assert answer.status == 200
    found = Shown(kind="verification", wire=answer.json)
    assert (found.wire["state"], found.said, found.wire["return_to"]) == ("sent_email", [1080003], BACK)
    proven = await entered(visitor, found, house.letters.code(ADA))
    assert (proven.shown.said, anchor(proven.shown)) == ([1080002], BACK)


@EACH
@pytest.mark.covers("VER-11")
async def test_without_the_hook_to_show_it_the_message_alone_is_sent(client: Client) -> None:
    house = await built(careful())
    done = await house.visitor(client).sign_up(ADA)
    assert house.letters.to(ADA) == [TemplateType.VERIFICATION_CODE_VALID]
    actions = [item["action"] for item in listed(done.result, "continue_with")]
    assert "show_verification_ui" not in actions
    assert (await address(house)).status is AddressStatus.SENT


@EACH
@pytest.mark.covers("HOOK-16", "CW-02")
async def test_who_has_proven_nothing_is_led_to_a_verification(client: Client) -> None:
    house = await quiet_house_of_ada(careful(after("login", {"hook": "require_verified_address"})))
    visitor = house.visitor(client)
    refused = await visitor.sign_in(ADA)
    if client is Client.BROWSER:
        assert refused.went_to.startswith(f"{UI}/verification?flow=")
        id = refused.went_to.rpartition("=")[2]
    else:
        assert (refused.answer.status, refused.error_id) == (403, "session_verified_address_required")
        (item,) = listed(part(refused.error, "details"), "continue_with")
        id = str(part(item, "flow")["id"])
        assert (item["action"], part(item, "flow")["verifiable_address"]) == ("show_verification_ui", ADA)
    assert not await visitor.signed_in()
    form = Shown(kind="verification", wire=(await visitor.fetch("verification", id)).json)
    await entered(visitor, form, house.letters.code(ADA))
    await visitor.sign_in(ADA)
    assert await visitor.signed_in()


@EACH
@pytest.mark.covers("HOOK-14", "HOOK-15")
async def test_a_sign_in_can_begin_a_verification(client: Client) -> None:
    house = await quiet_house_of_ada(careful(after("login", {"hook": "verification"}, SHOW)))
    visitor = house.visitor(client)
    done = await visitor.sign_in(ADA)
    assert await visitor.signed_in()
    assert house.letters.to(ADA) == [TemplateType.VERIFICATION_CODE_VALID]
    if client is Client.BROWSER:
        id = done.went_to.rpartition("=")[2]
        assert (await visitor.fetch("verification", id)).status == 200


@EACH
@pytest.mark.covers("VER-01")
async def test_verification_can_be_switched_off(client: Client) -> None:
    house = await built()
    assert (await house.visitor(client).begin("verification")).error["code"] == 400


@EACH
@pytest.mark.covers("VER-08")
async def test_strangers_are_written_to_only_where_configured(client: Client) -> None:
    house = await quiet_house_of_ada(careful(notify_unknown_recipients=True))
    await asked(house.visitor(client), "nobody@house.test")
    assert house.letters.to("nobody@house.test") == [TemplateType.VERIFICATION_CODE_INVALID]


@pytest.mark.covers("VER-18")
async def test_an_address_that_changed_meanwhile_is_not_proven() -> None:
    house = await quiet_house_of_ada()
    visitor = house.visitor()
    sent = await asked(visitor)
    (id,) = await house.identity_ids()
    await house.change(id, verifiable_addresses=())
    assert (await entered(visitor, sent, house.letters.code(ADA))).shown.said == [4070006]
