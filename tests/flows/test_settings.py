"""Does changing one's account do what people and programs expect? Every step, every client (SET-*, PROF-*, PWD-14)."""

import pytest

from limen.app.scope import Client
from limen.domain.identity.aal import Aal
from play import ADA, AGAIN, BOB, EACH, EACH_WEB, SESSION_COOKIE, Visitor, built, member
from play_config import OTHER_PASSWORD, PASSWORD, PUBLIC, UI, flows
from play_shown import Outcome, listed, part

NEW = "new@house.test"


def saved(outcome: Outcome) -> bool:
    return outcome.form is not None and outcome.form.wire["state"] == "success" and outcome.form.said == [1050001]


async def traits(visitor: Visitor) -> object:
    return part(await visitor.session(), "identity")["traits"]


# -- the form -----------------------------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("SET-11", "PROF-01", "PWD-14", "FLOW-01", "FLOW-02")
async def test_the_form_shows_the_profile_and_asks_for_a_new_password(client: Client) -> None:
    visitor = await member(await built(), client)
    form = await visitor.start("settings")
    assert [(node["group"], part(node, "attributes")["name"]) for node in form.nodes] == [
        ("default", "csrf_token"),
        ("profile", "traits.email"),
        ("profile", "traits.name.first"),
        ("profile", "traits.name.last"),
        ("profile", "traits.newsletter"),
        ("profile", "traits.age"),
        ("profile", "method"),
        ("password", "password"),
        ("password", "method"),
    ]
    assert form.buttons == [("method", "profile", 1070003), ("method", "password", 1070003)]
    assert (form.attribute("traits.email"), form.attribute("password")) == (ADA, None)
    assert (form.wire["state"], form.said, form.wire["organization_id"]) == ("show_form", [], None)
    assert part(form.wire, "identity")["id"] == part(await visitor.session(), "identity")["id"]
    assert part(form.wire, "ui")["action"] == f"{PUBLIC}/self-service/settings?flow={form.id}"
    assert not {"active", "continue_with", "refresh", "created_at"} & form.wire.keys()


@EACH
@pytest.mark.covers("SET-01")
async def test_who_is_not_signed_in_gets_no_form(client: Client) -> None:
    outcome = await (await built()).visitor(client).begin("settings", return_to=f"{UI}/inside")
    if client is Client.BROWSER:
        expected = f"{PUBLIC}/self-service/login/browser?return_to=http%3A%2F%2Fapp.test%2Finside"
        assert (outcome.answer.status, outcome.went_to) == (303, expected)
    else:
        assert (outcome.answer.status, outcome.error_id) == (401, "session_inactive")


@EACH
@pytest.mark.covers("SET-02")
async def test_a_guest_neither_reads_nor_sends_the_form_of_somebody(client: Client) -> None:
    house = await built()
    form = await (await member(house, client)).start("settings")
    guest = house.visitor(client)
    for id in (form.id, "00000000-0000-4000-8000-000000000000", "nonsense"):
        read = await guest.fetch("settings", id)
        sent = (await guest.post("settings", id, {"method": "password", "password": OTHER_PASSWORD})).answer
        for answer in (read, sent):
            if client is Client.BROWSER:
                assert (answer.status, answer.location) == (303, f"{UI}/login")
            else:
                assert (answer.status, "id" in answer.error) == (401, False)


@EACH
@pytest.mark.covers("SET-04")
async def test_somebody_else_neither_reads_nor_sends_it(client: Client) -> None:
    house = await built()
    form = await (await member(house, client)).start("settings")
    other = await member(house, client, BOB)
    read = await other.fetch("settings", form.id)
    assert (read.status, read.error["id"]) == (403, "security_identity_mismatch")
    sent = await other.submit(form, method="profile", traits={"email": ADA, "age": 30})
    assert sent.error_id == "security_identity_mismatch"
    assert await traits(other) == {"email": BOB}


# -- profile ------------------------------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("SET-07", "SET-08", "PROF-01", "NEGO-03")
async def test_a_changed_profile_is_kept_and_shown(client: Client) -> None:
    visitor = await member(await built(), client)
    form = await visitor.start("settings")
    wanted = {"email": ADA, "name": {"first": "Ada", "last": "Lovelace"}, "newsletter": True, "age": 36}
    outcome = await visitor.submit(form, method="profile", traits=wanted)
    assert saved(outcome)
    assert outcome.shown.id == form.id
    assert outcome.shown.names == form.names
    assert (outcome.shown.attribute("traits.name.first"), outcome.shown.attribute("traits.age")) == ("Ada", 36)
    assert part(outcome.shown.wire, "identity")["traits"] == wanted
    assert await traits(visitor) == wanted


@pytest.mark.covers("SET-08", "CW-05", "CW-07", "FLOW-13")
async def test_where_one_goes_afterwards() -> None:
    house = await built()
    for client in (Client.SPA, Client.BROWSER, Client.API):
        visitor = await member(house, client, f"{client.value}@house.test")
        for query, target in (({}, ""), ({"return_to": f"{UI}/inside"}, f"{UI}/inside")):
            form = await visitor.start("settings", **query)
            email = f"{client.value}@house.test"
            outcome = await visitor.submit(form, method="profile", traits={"email": email, "age": 40})
            to = target or f"{UI}/settings?flow={form.id}"
            if client is Client.BROWSER:
                assert outcome.answer.location == to
            elif client is Client.SPA:
                assert listed(outcome.shown.wire, "continue_with") == [
                    {"action": "redirect_browser_to", "redirect_browser_to": to}
                ]
            else:
                assert "continue_with" not in outcome.shown.wire


@EACH_WEB
@pytest.mark.covers("SET-08")
async def test_the_method_may_have_an_address_of_its_own(client: Client) -> None:
    own = flows(settings={"after": {"password": {"default_browser_return_url": f"{UI}/changed"}}})
    visitor = await member(await built(own), client)
    outcome = await visitor.submit(await visitor.start("settings"), method="password", password=OTHER_PASSWORD)
    where = outcome.answer.location or str(listed(outcome.shown.wire, "continue_with")[-1]["redirect_browser_to"])
    assert where == f"{UI}/changed"


@EACH
@pytest.mark.covers("SET-08", "SESS-18")
async def test_the_cookie_is_written_once_more_and_the_session_goes_on(client: Client) -> None:
    visitor = await member(await built(), client)
    outcome = await visitor.submit(await visitor.start("settings"), method="password", password=OTHER_PASSWORD)
    assert bool(outcome.answer.cookie(SESSION_COOKIE)) is (client is not Client.API)
    assert await visitor.signed_in()
    assert saved(await visitor.submit(await visitor.start("settings"), method="profile", traits={"email": ADA}))


@EACH
@pytest.mark.covers("SET-09", "FLOW-17", "FLOW-18")
async def test_a_profile_that_breaks_the_schema_is_not_kept(client: Client) -> None:
    visitor = await member(await built(), client)
    form = await visitor.start("settings")
    outcome = await visitor.submit(form, method="profile", traits={"email": "nowhere", "age": 3})
    assert outcome.answer.status == AGAIN[client]
    assert (outcome.shown.said_at("traits.email"), outcome.shown.said_at("traits.age")) == ([4000040], [4000018])
    assert (outcome.shown.attribute("traits.email"), outcome.shown.wire["state"]) == ("nowhere", "show_form")
    assert await traits(visitor) == {"email": ADA}
    again = await visitor.submit(outcome.shown, method="profile", traits={"email": ADA, "age": 30})
    assert saved(again)
    assert again.shown.everything_said == [1050001]


@EACH
@pytest.mark.covers("SET-09", "REG-12")
async def test_the_address_of_somebody_else_cannot_be_taken(client: Client) -> None:
    house = await built()
    await member(house, Client.API, BOB)
    visitor = await member(house, client)
    outcome = await visitor.submit(await visitor.start("settings"), method="profile", traits={"email": BOB})
    assert outcome.shown.said == [4000007]
    assert outcome.shown.attribute("traits.email") == BOB
    assert await traits(visitor) == {"email": ADA}


@EACH
@pytest.mark.covers("SET-12", "SET-07")
async def test_a_new_address_is_pending_and_signs_in(client: Client) -> None:
    house = await built()
    visitor = await member(house, client)
    outcome = await visitor.submit(await visitor.start("settings"), method="profile", traits={"email": NEW})
    assert saved(outcome)
    addresses = listed(part(await visitor.session(), "identity"), "verifiable_addresses")
    assert [(each["value"], each["status"], each["verified"]) for each in addresses] == [(NEW, "pending", False)]
    assert (await house.visitor().sign_in(ADA)).shown.said == [4000006]
    assert (await house.visitor().sign_in(NEW)).done


@EACH
@pytest.mark.covers("PROF-01")
async def test_a_trait_that_is_left_out_is_gone(client: Client) -> None:
    visitor = await member(await built(), client)
    form = await visitor.start("settings")
    assert saved(await visitor.submit(form, method="profile", traits={"email": ADA, "name": {"first": "Ada"}}))
    form = await visitor.start("settings")
    assert saved(await visitor.submit(form, method="profile", traits={"email": ADA}))
    assert await traits(visitor) == {"email": ADA}


# -- password -----------------------------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("PWD-14")
async def test_a_new_password_replaces_the_old_one(client: Client) -> None:
    house = await built()
    visitor = await member(house, client)
    outcome = await visitor.submit(await visitor.start("settings"), method="password", password=OTHER_PASSWORD)
    assert saved(outcome)
    assert outcome.shown.attribute("password") is None
    assert (await house.visitor().sign_in(ADA)).shown.said == [4000006]
    assert (await house.visitor().sign_in(ADA, OTHER_PASSWORD)).done


@EACH
@pytest.mark.covers("PWD-14", "PWD-09", "PWD-11", "SET-09")
@pytest.mark.parametrize(
    ("password", "message"), [("short", 4000032), (PASSWORD, 4000039), ("", 4000002), (ADA, 4000031)]
)
async def test_a_password_that_will_not_do_is_refused(client: Client, password: str, message: int) -> None:
    house = await built()
    visitor = await member(house, client)
    outcome = await visitor.submit(await visitor.start("settings"), method="password", password=password)
    assert (outcome.answer.status, outcome.shown.said_at("password")) == (AGAIN[client], [message])
    assert outcome.shown.attribute("password") is None
    assert (await house.visitor().sign_in(ADA)).done


# -- method and form ----------------------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("FLOW-11")
@pytest.mark.parametrize("method", ["carrier_pigeon", ""])
async def test_a_method_is_needed(client: Client, method: str) -> None:
    visitor = await member(await built(), client)
    outcome = await visitor.submit(await visitor.start("settings"), method=method)
    assert outcome.shown.said == [4010004]


@EACH
@pytest.mark.covers("FLOW-12")
async def test_a_method_that_is_switched_off_is_not_found(client: Client) -> None:
    visitor = await member(await built(), client)
    outcome = await visitor.submit(await visitor.start("settings"), method="totp", totp_code="123456")
    assert outcome.error["code"] == 404


@EACH
@pytest.mark.covers("SET-17", "FLOW-06", "FLOW-07", "FLOW-08", "QK-13")
async def test_a_form_that_was_open_for_too_long(client: Client) -> None:
    house = await built()
    visitor = await member(house, client)
    form = await visitor.start("settings", **({} if client is Client.API else {"return_to": f"{UI}/inside"}))
    house.clock.advance(minutes=11)
    read = await visitor.fetch("settings", form.id)
    assert (read.status, "id" in read.error) == (410, False)
    outcome = await visitor.submit(form, method="profile", traits={"email": ADA, "age": 30})
    if client is Client.BROWSER:
        assert (outcome.shown.said, outcome.shown.wire["return_to"]) == ([4050001], f"{UI}/inside")
    else:
        assert (outcome.answer.status, outcome.error_id) == (410, "self_service_flow_expired")
    assert await traits(visitor) == {"email": ADA}


@EACH
@pytest.mark.covers("SET-03", "SESS-15")
async def test_half_a_sign_in_is_not_enough_for_who_has_a_second_factor(client: Client) -> None:
    house = await built()
    visitor = await member(house, client)
    form = await visitor.start("settings")
    (id,) = await house.identity_ids()
    await house.change(id, available_aal=Aal.AAL2)
    step_up = f"{PUBLIC}/self-service/login/browser?aal=aal2"
    outcome = await visitor.begin("settings")
    assert outcome.went_to == step_up
    if client is not Client.BROWSER:
        assert (outcome.answer.status, outcome.error_id) == (403, "session_aal2_required")
    assert (await visitor.fetch("settings", form.id)).error["id"] == "session_aal2_required"
    sent = await visitor.submit(form, method="profile", traits={"email": ADA, "age": 30})
    assert sent.went_to.startswith(step_up)

    await house.reconfigured(flows(settings={"required_aal": "aal1"}))
    assert saved(await visitor.submit(form, method="profile", traits={"email": ADA, "age": 30}))


# -- other sessions -----------------------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("HOOK-11", "HOOK-02")
@pytest.mark.parametrize(("method", "ends"), [("password", True), ("profile", False)])
async def test_the_hook_ends_the_other_sessions(client: Client, method: str, ends: bool) -> None:
    house = await built(flows(settings={"after": {"password": {"hooks": [{"hook": "revoke_active_sessions"}]}}}))
    visitor = await member(house, client)
    elsewhere = house.visitor(Client.API)
    assert (await elsewhere.sign_in(ADA)).done
    form = await visitor.start("settings")
    assert saved(await visitor.submit(form, method=method, password=OTHER_PASSWORD, traits={"email": ADA, "age": 30}))
    assert await visitor.signed_in()
    assert await elsewhere.signed_in() is not ends


@EACH
@pytest.mark.covers("HOOK-11")
@pytest.mark.parametrize("ticked", [True, False])
async def test_the_box_of_the_page_ends_the_other_sessions(client: Client, ticked: bool) -> None:
    house = await built()
    visitor = await member(house, client)
    elsewhere = house.visitor(Client.API)
    assert (await elsewhere.sign_in(ADA)).done
    form = await visitor.start("settings")
    outcome = await visitor.submit(form, method="password", password=OTHER_PASSWORD, revoke_other_sessions=ticked)
    assert saved(outcome)
    assert await visitor.signed_in()
    assert await elsewhere.signed_in() is not ticked
