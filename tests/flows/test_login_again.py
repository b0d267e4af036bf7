"""What if somebody is signed in already: once more, one level up, or as somebody else? (LOGIN-02 … LOGIN-07, LOGIN-16 … LOGIN-25)"""

import pytest

from doubles.second_factor import METHOD
from limen.app.scope import Client
from limen.domain.identity.credentials import Credential, CredentialType
from limen.kernel.json_doc import JsonDoc
from play import ADA, AGAIN, BOB, EACH, House, built, member, stranger
from play_config import PASSWORD, PUBLIC, UI
from play_shown import listed, moment, part


async def with_number(house: House, id: str) -> None:
    """Give somebody the second factor of the tests; the level is noted when they sign in next."""
    now = house.clock.now()
    number = Credential(
        type=CredentialType.TOTP, identifiers=(id,), config=JsonDoc.of({}), created_at=now, updated_at=now
    )
    known = dict((await house.identity(id)).credentials)
    await house.change(id, credentials={**known, CredentialType.TOTP: number})


# -- asking for a form while signed in ----------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("LOGIN-02", "REG-02", "SEED4-39")
@pytest.mark.parametrize("kind", ["login", "registration"])
@pytest.mark.parametrize("wanted", ["", f"{UI}/inside"])
async def test_who_is_signed_in_gets_no_form(client: Client, kind: str, wanted: str) -> None:
    visitor = await member(await built(), client)
    outcome = await visitor.begin(kind, **({"return_to": wanted} if wanted else {}))
    if client is Client.BROWSER:
        assert (outcome.answer.status, outcome.went_to) == (303, wanted or f"{UI}/")
    else:
        assert (outcome.answer.status, outcome.error_id) == (400, "session_already_available")


@EACH
@pytest.mark.covers("LOGIN-03", "PWD-16")
@pytest.mark.parametrize("value", ["true", "1", "T"])
async def test_a_refresh_asks_the_same_person_again(client: Client, value: str) -> None:
    visitor = await member(await built(), client)
    form = await visitor.start("login", refresh=value)
    assert (form.wire["refresh"], form.said) == (True, [1010003])
    assert (form.attribute("identifier", "type"), form.attribute("identifier")) == ("hidden", ADA)
    assert form.names == ["csrf_token", "identifier", "password", "method"]
    assert form.buttons == [("method", "password", 1010001)]


@EACH
@pytest.mark.covers("LOGIN-02")
@pytest.mark.parametrize("value", ["false", "0", "yes", ""])
async def test_anything_else_is_no_refresh(client: Client, value: str) -> None:
    outcome = await (await member(await built(), client)).begin("login", refresh=value)
    assert outcome.went_to == f"{UI}/" if client is Client.BROWSER else outcome.error_id == "session_already_available"


@EACH
@pytest.mark.covers("LOGIN-04")
async def test_a_refresh_without_a_session_is_an_ordinary_sign_in(client: Client) -> None:
    form = await (await built()).visitor(client).start("login", refresh="true")
    assert (form.wire["refresh"], form.said) == (False, [])
    assert form.attribute("identifier", "type") == "text"


@EACH
@pytest.mark.covers("LOGIN-05")
async def test_a_second_factor_is_asked_for_on_top_of_the_first(client: Client) -> None:
    visitor = await member(await built(), client)
    form = await visitor.start("login", aal="aal2")
    assert (form.wire["requested_aal"], form.said) == ("aal2", [1010004])
    assert "password" not in form.names


@EACH
@pytest.mark.covers("LOGIN-06", "FLOW-10")
async def test_a_second_factor_needs_the_first(client: Client) -> None:
    outcome = await (await built()).visitor(client).begin("login", aal="aal2")
    assert outcome.error_id == "session_aal1_required"
    assert outcome.answer.status == (303 if client is Client.BROWSER else 401)


@EACH
@pytest.mark.covers("LOGIN-07")
@pytest.mark.parametrize(
    ("aal", "understood"),
    [("aal1", True), ("AAL1", True), ("Aal1", True), ("aal0", False), ("aal3", False), ("1", False)],
)
async def test_the_level_is_one_of_two(client: Client, aal: str, understood: bool) -> None:
    outcome = await (await built()).visitor(client).begin("login", aal=aal)
    if understood:
        assert outcome.shown.wire["requested_aal"] == "aal1"
    else:
        assert outcome.error["code"] == 400
        assert "aal1" in str(outcome.error)
        assert "aal2" in str(outcome.error)


@EACH
@pytest.mark.covers("LOGIN-17", "PWD-02")
async def test_a_password_is_no_second_factor(client: Client) -> None:
    visitor = await member(await built(), client)
    form = await visitor.start("login", aal="aal2")
    outcome = await visitor.submit(form, method="password", identifier=ADA, password=PASSWORD)
    assert (outcome.answer.status, outcome.shown.said) == (AGAIN[client], [4000006])
    assert (await visitor.session())["authenticator_assurance_level"] == "aal1"


# -- sending it while signed in -----------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("LOGIN-16")
async def test_sending_a_form_while_signed_in(client: Client) -> None:
    visitor = await stranger(await built(), client)
    form = await visitor.start("login")
    assert (await visitor.sign_in(ADA)).done
    before = await visitor.session()
    outcome = await visitor.submit(form, method="password", identifier=ADA, password=PASSWORD)
    if client is Client.BROWSER:
        assert (outcome.answer.status, outcome.went_to) == (303, f"{UI}/")
    else:
        assert (outcome.answer.status, outcome.shown.said) == (400, [4000001])
    assert (await visitor.session())["id"] == before["id"]


@EACH
@pytest.mark.covers("LOGIN-18", "LOGIN-19", "SESS-18", "SESS-02", "SEC-14")
async def test_a_refresh_renews_the_same_session(client: Client) -> None:
    house = await built()
    visitor = await member(house, client)
    before = await visitor.session()
    house.clock.advance(minutes=5)
    outcome = await visitor.sign_in(ADA, refresh="true")
    assert outcome.done
    after = await visitor.session()
    assert after["id"] == before["id"]
    assert moment(after["issued_at"]) == moment(before["issued_at"]) == moment("2030-01-01T12:00:00Z")
    assert moment(after["authenticated_at"]) == moment("2030-01-01T12:05:00Z")
    assert moment(after["expires_at"]) == moment("2030-01-02T12:05:00Z")
    assert [
        (item["method"], item["aal"], moment(item["completed_at"]).minute)
        for item in listed(after, "authentication_methods")
    ] == [("password", "aal1", 0), ("password", "aal1", 5)]


@EACH
@pytest.mark.covers("LOGIN-18", "PWD-16")
async def test_a_refresh_with_the_wrong_password_leaves_the_session_alone(client: Client) -> None:
    house = await built()
    visitor = await member(house, client)
    before = await visitor.session()
    house.clock.advance(minutes=1)
    outcome = await visitor.sign_in(ADA, "wrong-password", refresh="true")
    assert outcome.shown.said[-1] == 4000006
    assert outcome.shown.attribute("identifier", "type") == "hidden"
    assert await visitor.session() == before


@EACH
@pytest.mark.covers("LOGIN-18", "SEC-14")
async def test_somebody_else_does_not_inherit_the_session_by_a_refresh(client: Client) -> None:
    house = await built()
    await member(house, Client.API, BOB)
    visitor = await member(house, client)
    before = await visitor.session()
    form = await visitor.start("login", refresh="true")
    assert (await visitor.submit(form, method="password", identifier=BOB, password=PASSWORD)).done
    after = await visitor.session()
    assert part(part(after, "identity"), "traits")["email"] == BOB
    assert after["id"] != before["id"]
    assert len(listed(after, "authentication_methods")) == 1


@EACH
@pytest.mark.covers("LOGIN-25", "LOGIN-22", "SESS-12", "SESS-15")
async def test_whoever_has_a_second_factor_is_asked_for_it(client: Client) -> None:
    house = await built(methods=(METHOD,))
    visitor = await stranger(house, client)
    await with_number(house, (await house.identity_ids())[0])
    outcome = await visitor.sign_in(ADA, return_to=f"{UI}/inside")
    assert outcome.went_to.startswith(f"{PUBLIC}/self-service/login/browser?aal=aal2") is (client is not Client.API)
    match client:
        case Client.BROWSER:
            assert outcome.answer.status == 303
        case Client.SPA:
            assert (outcome.answer.status, outcome.error_id) == (422, "browser_location_change_required")
        case Client.API:
            assert outcome.answer.status == 200
            assert part(outcome.result, "session")["identity"] is None
    who = await visitor.whoami()
    assert (who.status, who.error["id"]) == (403, "session_aal2_required")
    assert str(who.json["redirect_browser_to"]).startswith(f"{PUBLIC}/self-service/login/browser?aal=aal2")


@EACH
@pytest.mark.covers("SESS-15", "LOGIN-25")
async def test_one_factor_is_enough_where_the_operator_says_so(client: Client) -> None:
    house = await built({"session": {"whoami": {"required_aal": "aal1"}}}, methods=(METHOD,))
    visitor = await stranger(house, client)
    await with_number(house, (await house.identity_ids())[0])
    assert (await visitor.sign_in(ADA)).done
    assert await visitor.signed_in()


@EACH
@pytest.mark.covers("LOGIN-06", "LOGIN-17")
async def test_a_second_factor_for_a_session_that_is_gone(client: Client) -> None:
    house = await built()
    visitor = await member(house, client)
    form = await visitor.start("login", aal="aal2")
    visitor.forget_session()
    outcome = await visitor.submit(form, method="password", identifier=ADA, password=PASSWORD)
    assert outcome.error_id == "session_aal1_required"
    assert outcome.answer.status == (303 if client is Client.BROWSER else 401)
