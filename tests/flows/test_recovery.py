"""How does somebody get back in who forgot their password? The same for browsers, single-page apps and native apps."""

import pytest

from limen.app.scope import Client
from limen.domain.courier.letter import TemplateType
from limen.kernel.json_doc import JsonObject, JsonValue
from play import ADA, EACH, EACH_WEB, House, Visitor, built
from play_config import OTHER_PASSWORD, UI
from play_shown import Outcome, Shown, listed

STRANGER = "nobody@house.test"
RECOVERY: JsonObject = {"enabled": True, "ui_url": f"{UI}/recovery", "lifespan": "10m"}


def forgetful(code: JsonObject | None = None, **recovery: JsonValue) -> JsonObject:
    flows: JsonObject = {"settings": {"ui_url": f"{UI}/settings"}, "recovery": {**RECOVERY, **recovery}}
    methods: JsonObject = {"code": {"config": {"max_submissions": 3, **(code or {})}}, "link": {"enabled": True}}
    return {"selfservice": {"flows": flows, "methods": methods}}


async def house_of_ada(over: JsonObject | None = None) -> House:
    house = await built(over if over is not None else forgetful())
    await house.visitor().sign_up(ADA)
    return house


async def asked(visitor: Visitor, email: str = ADA, method: str = "code") -> Shown:
    form = await visitor.start("recovery")
    return (await visitor.submit(form, method=method, email=email)).shown


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def proven_by(visitor: Visitor) -> list[str]:
    return [str(proof["method"]) for proof in listed(await visitor.session(), "authentication_methods")]


async def entered(visitor: Visitor, form: Shown, code: str) -> Outcome:
    return await visitor.submit(form, method="code", code=code)


@EACH
@pytest.mark.covers("REC-03", "FLOW-01")
async def test_the_code_follows_the_address(client: Client) -> None:
    house = await house_of_ada()
    sent = await asked(house.visitor(client))
    assert (sent.wire["state"], sent.wire["active"], sent.said) == ("sent_email", "code", [1060003])
    assert house.letters.to(ADA) == [TemplateType.RECOVERY_CODE_VALID]
    assert len(house.letters.code(ADA)) == 6


@EACH
@pytest.mark.covers("REC-06", "REC-07", "REC-08", "REC-16", "REC-17")
async def test_the_right_code_signs_in_and_leads_to_settings(client: Client) -> None:
    house = await house_of_ada()
    visitor = house.visitor(client)
    sent = await asked(visitor)
    done = await entered(visitor, sent, house.letters.code(ADA))
    assert done.answer.status == (303 if client is Client.BROWSER else 422)
    assert done.went_to.startswith(f"{UI}/settings?flow=")
    (id,) = await house.identity_ids()
    assert [each.verified for each in (await house.identity(id)).verifiable_addresses] == [True]
    if client is not Client.API:
        assert await proven_by(visitor) == ["code_recovery"]


@EACH_WEB
@pytest.mark.covers("SET-18", "PWD-19")
async def test_a_new_password_is_set_in_the_settings_that_follow(client: Client) -> None:
    house = await house_of_ada()
    visitor = house.visitor(client)
    sent = await asked(visitor)
    done = await entered(visitor, sent, house.letters.code(ADA))
    settings = Shown(kind="settings", wire=(await visitor.fetch("settings", done.went_to.rpartition("=")[2])).json)
    assert settings.said == [1060001]
    saved = await visitor.submit(settings, method="password", password=OTHER_PASSWORD)
    assert saved.answer.status in {200, 303}
    again = house.visitor(Client.API)
    await again.sign_in(ADA, OTHER_PASSWORD)
    assert await again.signed_in()


@EACH
@pytest.mark.covers("REC-08", "CW-03", "CW-07")
async def test_apps_are_told_what_comes_next_where_they_heed_it(client: Client) -> None:
    house = await house_of_ada({**forgetful(), "feature_flags": {"use_continue_with_transitions": True}})
    visitor = house.visitor(client)
    sent = await asked(visitor)
    done = await entered(visitor, sent, house.letters.code(ADA))
    if client is Client.BROWSER:
        assert done.went_to.startswith(f"{UI}/settings?flow=")
        return
    body = done.answer.json
    actions = [item["action"] for item in listed(body, "continue_with")]
    token = ["set_ory_session_token"] if client is Client.API else []
    assert (done.answer.status, body["state"], actions) == (200, "passed_challenge", [*token, "show_settings_ui"])


@EACH
@pytest.mark.covers("REC-05", "CODE-03", "SEC-09")
async def test_after_too_many_codes_even_the_right_one_is_worthless(client: Client) -> None:
    house = await house_of_ada()
    visitor = house.visitor(client)
    sent = await asked(visitor)
    code = house.letters.code(ADA)
    for _ in range(3):
        again = await entered(visitor, sent, wrong(code))
        assert again.shown.said == [4060006]
        assert again.answer.status == (303 if client is Client.BROWSER else 200)
    over = await entered(visitor, sent, code)
    assert over.answer.status == 303
    assert over.shown.id != sent.id
    assert (over.shown.said, over.shown.wire["state"]) == ([4000001], "choose_method")
    assert not await visitor.signed_in()


@EACH
@pytest.mark.covers("REC-23")
async def test_another_code_replaces_the_first(client: Client) -> None:
    house = await house_of_ada()
    visitor = house.visitor(client)
    sent = await asked(visitor)
    first = house.letters.code(ADA)
    again = (await visitor.submit(sent, method="code", email=ADA)).shown
    assert (await entered(visitor, again, first)).shown.said == [4060006]
    done = await entered(visitor, again, house.letters.code(ADA))
    assert done.went_to.startswith(f"{UI}/settings")


@EACH
@pytest.mark.covers("REC-03", "REC-05")
async def test_an_old_code_is_worth_nothing(client: Client) -> None:
    house = await house_of_ada(forgetful({"lifespan": "1m"}))
    visitor = house.visitor(client)
    sent = await asked(visitor)
    house.clock.advance(minutes=2)
    over = await entered(visitor, sent, house.letters.code(ADA))
    assert over.shown.said == [4060005]
    assert over.shown.id != sent.id


@EACH
@pytest.mark.covers("FLOW-08")
async def test_an_old_form_is_replaced(client: Client) -> None:
    house = await house_of_ada()
    visitor = house.visitor(client)
    form = await visitor.start("recovery")
    house.clock.advance(minutes=11)
    over = await visitor.submit(form, method="code", email=ADA)
    assert over.answer.status == 303
    assert over.shown.said == [4060005]


@EACH
@pytest.mark.covers("FLOW-06", "QK-13")
async def test_reading_an_old_form_names_the_reason_to_apps_alone(client: Client) -> None:
    house = await house_of_ada()
    visitor = house.visitor(client)
    form = await visitor.start("recovery")
    house.clock.advance(minutes=11)
    gone = await visitor.fetch("recovery", form.id)
    named = "self_service_flow_expired" if client is Client.API else None
    assert (gone.status, gone.error.get("id")) == (410, named)


@EACH
@pytest.mark.covers("REC-14", "FLOW-11")
async def test_a_form_for_codes_sends_a_link_when_asked_and_a_code_after_all(client: Client) -> None:
    house = await house_of_ada()
    visitor = house.visitor(client)
    linked = await asked(visitor, method="link")
    assert (linked.wire["active"], linked.said, linked.attribute("email")) == ("link", [1060002], ADA)
    assert linked.buttons == [("method", "code", 1070009)]
    coded = (await visitor.submit(linked, method="code", email=ADA)).shown
    assert (coded.wire["active"], coded.said) == ("code", [1060003])
    done = await entered(visitor, coded, house.letters.code(ADA))
    assert done.went_to.startswith(f"{UI}/settings")


@EACH
@pytest.mark.covers("FLOW-09", "FLOW-11")
async def test_an_address_and_a_method_are_needed(client: Client) -> None:
    house = await house_of_ada()
    visitor = house.visitor(client)
    form = await visitor.start("recovery")
    status = 303 if client is Client.BROWSER else 400
    for fields, field in (({}, 4000002), ({"email": ""}, 4000002), ({"email": "no address"}, 4000040)):
        again = await visitor.submit(form, method="code", **fields)
        assert (again.answer.status, again.shown.said_at("email")) == (status, [field])
    assert (await visitor.submit(form, method="pigeon", email=ADA)).shown.said == [4010005]


@EACH
@pytest.mark.covers("REC-19")
async def test_who_is_switched_off_does_not_get_back_in(client: Client) -> None:
    house = await house_of_ada()
    visitor = house.visitor(client)
    sent = await asked(visitor)
    await house.switch_off((await house.identity_ids())[0])
    over = await entered(visitor, sent, house.letters.code(ADA))
    assert over.shown.said == [4010011]
    assert not await visitor.signed_in()


@EACH
@pytest.mark.covers("REC-20", "HOOK-11")
async def test_recovery_ends_other_sessions_where_configured(client: Client) -> None:
    house = await built(forgetful(after={"hooks": [{"hook": "revoke_active_sessions"}]}))
    elsewhere = house.visitor(Client.API)
    await elsewhere.sign_up(ADA)
    assert await elsewhere.signed_in()
    visitor = house.visitor(client)
    await entered(visitor, await asked(visitor), house.letters.code(ADA))
    assert not await elsewhere.signed_in()


@EACH
@pytest.mark.covers("REC-01")
async def test_recovery_can_be_switched_off(client: Client) -> None:
    house = await built(forgetful(enabled=False))
    refused = await house.visitor(client).begin("recovery")
    assert refused.error["code"] == 400


@EACH
@pytest.mark.covers("REC-02")
async def test_who_is_signed_in_needs_no_recovery(client: Client) -> None:
    house = await built(forgetful())
    visitor = house.visitor(client)
    await visitor.sign_up(ADA)
    outcome = await visitor.begin("recovery")
    if client is Client.BROWSER:
        assert outcome.went_to == f"{UI}/"
    else:
        assert outcome.error["id"] == "session_already_available"


@EACH
@pytest.mark.covers("REC-04")
async def test_strangers_are_written_to_only_where_configured(client: Client) -> None:
    house = await house_of_ada(forgetful(notify_unknown_recipients=True))
    await asked(house.visitor(client), STRANGER)
    assert house.letters.to(STRANGER) == [TemplateType.RECOVERY_CODE_INVALID]


@EACH
@pytest.mark.covers("REC-14", "REC-15", "LINK-04")
async def test_a_link_lets_people_back_in_in_any_browser(client: Client) -> None:
    house = await house_of_ada(forgetful(use="link"))
    sent = await asked(house.visitor(client), method="link")
    assert (sent.wire["state"], sent.wire["active"], sent.said) == ("sent_email", "link", [1060002])
    browser = house.visitor(Client.BROWSER)
    opened = await browser.get("/self-service/recovery", **house.letters.link_query(ADA))
    assert opened.location.startswith(f"{UI}/settings?flow=")
    assert await proven_by(browser) == ["link_recovery"]
    settings = await browser.fetch("settings", opened.location.rpartition("=")[2])
    assert settings.status == 200


@pytest.mark.covers("REC-15", "LINK-01")
async def test_a_link_is_good_once_and_for_a_while() -> None:
    house = await house_of_ada(forgetful(use="link"))
    await asked(house.visitor(), method="link")
    query = house.letters.link_query(ADA)
    assert (await house.visitor(Client.BROWSER).call("HEAD", "/self-service/recovery", **query)).status == 204
    first = await house.visitor(Client.BROWSER).get("/self-service/recovery", **query)
    assert first.location.startswith(f"{UI}/settings")
    for said, change in ((4060004, {}), (4060004, {"token": "x" * 32})):
        browser = house.visitor(Client.BROWSER)
        over = await browser.get("/self-service/recovery", **{**query, **change})
        fresh = await browser.fetch("recovery", over.location.rpartition("=")[2])
        assert Shown(kind="recovery", wire=fresh.json).said == [said]
    await asked(house.visitor(), method="link")
    house.clock.advance(hours=2)
    browser = house.visitor(Client.BROWSER)
    over = await browser.get("/self-service/recovery", **house.letters.link_query(ADA))
    fresh = await browser.fetch("recovery", over.location.rpartition("=")[2])
    assert Shown(kind="recovery", wire=fresh.json).said == [4060005]


@pytest.mark.covers("CODE-02")
async def test_a_code_of_another_form_is_worth_nothing() -> None:
    house = await house_of_ada()
    first, second = house.visitor(), house.visitor()
    await asked(first)
    code = house.letters.code(ADA)
    house.clock.advance(seconds=1)
    other = await asked(second)
    assert (await entered(second, other, code)).shown.said == [4060006]


@EACH_WEB
@pytest.mark.covers("SEC-04", "FLOW-11")
async def test_a_forgery_is_told_before_a_missing_method(client: Client) -> None:
    visitor = (await house_of_ada()).visitor(client)
    form = await visitor.start("recovery")
    forged = await visitor.post("recovery", form.id, {"method": "telepathy", "email": ADA, "csrf_token": "wrong"})
    assert forged.error_id == "security_csrf_violation"
    genuine = await visitor.submit(form, method="telepathy", email=ADA)
    assert genuine.shown.said == [4010005]
