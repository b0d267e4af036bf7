"""Does a recovery stand in for one factor only? Whoever has a second one is asked for it before anything can be changed."""

import pytest

from doubles.second_factor import METHOD, NUMBER
from limen.app.flows import proving
from limen.app.scope import Client
from limen.domain.identity.aal import Aal
from limen.domain.identity.credentials import Credential, CredentialType
from limen.kernel.json_doc import JsonDoc, JsonObject
from play import ADA, EACH, EACH_WEB, House, Visitor, built
from play_config import OTHER_PASSWORD, PUBLIC, UI, merged
from play_shown import Outcome, Shown, listed, part

STEP_UP = f"{PUBLIC}/self-service/login/browser?aal=aal2"
TRANSITIONS: JsonObject = {"feature_flags": {"use_continue_with_transitions": True}}
CHOICE: JsonObject = {"feature_flags": {"choose_recovery_address": True}}


def forgetful(use: str = "code") -> JsonObject:
    return {
        "selfservice": {
            "flows": {
                "settings": {"ui_url": f"{UI}/settings"},
                "recovery": {"enabled": True, "ui_url": f"{UI}/recovery", "use": use},
            },
            "methods": {"code": {}, "link": {"enabled": True}, "totp": {"enabled": True}},
        }
    }


async def house_of_careful_ada(over: JsonObject | None = None, *, password: bool = True) -> House:
    """Ada has a second factor and has proven her address; without a password, an operator took it away from her."""
    house = await built(over or forgetful(), methods=(METHOD,))
    await house.visitor().sign_up(ADA)
    (id,) = await house.identity_ids()
    kept = dict((await house.identity(id)).credentials)
    now = house.clock.now()
    number = Credential(
        type=CredentialType.TOTP, identifiers=(id,), config=JsonDoc.of({}), created_at=now, updated_at=now
    )
    kept[CredentialType.TOTP] = number
    if not password:
        del kept[CredentialType.PASSWORD]
    (address,) = (await house.identity(id)).verifiable_addresses
    await house.change(id, credentials=kept, verifiable_addresses=(proving.proven(address, now),))
    aal = house.services.factors.available_aal(await house.identity(id))
    await house.change(id, available_aal=aal)
    assert aal is Aal.AAL2
    return house


async def recovered(house: House, visitor: Visitor, field: str = "email") -> Outcome:
    form = await visitor.start("recovery")
    sent = (await visitor.submit(form, method="code", **{field: ADA})).shown
    return await visitor.submit(sent, method="code", code=house.letters.code(ADA))


async def refused_everywhere(visitor: Visitor, settings_id: str) -> None:
    """Neither the session nor the settings flow is worth anything before the second factor."""
    who = await visitor.whoami()
    assert (who.status, who.error["id"]) == (403, "session_aal2_required")
    read = await visitor.fetch("settings", settings_id)
    assert (read.status, read.error["id"]) == (403, "session_aal2_required")
    form = Shown(kind="settings", wire={"id": settings_id, "ui": {"nodes": []}})
    sent = await visitor.submit(form, method="password", password=OTHER_PASSWORD)
    assert sent.went_to.startswith(STEP_UP) or sent.error_id == "session_aal2_required"
    assert (await visitor.begin("settings")).went_to.startswith(STEP_UP)


async def stepped_up(visitor: Visitor) -> None:
    form = await visitor.start("login", aal="aal2")
    await visitor.submit(form, method="totp", totp_code=NUMBER)


@EACH_WEB
@pytest.mark.covers("REC-18", "SET-03")
@pytest.mark.parametrize("password", [True, False])
async def test_a_code_does_not_stand_in_for_the_second_factor(client: Client, password: bool) -> None:
    house = await house_of_careful_ada(password=password)
    visitor = house.visitor(client)
    settings = (await recovered(house, visitor)).went_to.rpartition("=")[2]
    before = (await house.identity((await house.identity_ids())[0])).credentials
    await refused_everywhere(visitor, settings)
    assert (await house.identity((await house.identity_ids())[0])).credentials == before
    await stepped_up(visitor)
    proofs = listed((await visitor.whoami()).json, "authentication_methods")
    assert [(proof["method"], proof["aal"]) for proof in proofs] == [("code_recovery", "aal1"), ("totp", "aal2")]
    form = Shown(kind="settings", wire=(await visitor.fetch("settings", settings)).json)
    assert (form.id, form.said) == (settings, [1060001])


@pytest.mark.covers("REC-18", "REC-08")
async def test_an_app_does_not_skip_the_second_factor_either() -> None:
    house = await house_of_careful_ada(merged(forgetful(), TRANSITIONS))
    visitor = house.visitor(Client.API)
    done = (await recovered(house, visitor)).answer.json
    token, show = listed(done, "continue_with")
    visitor.token = str(token["ory_session_token"])
    await refused_everywhere(visitor, str(part(show, "flow")["id"]))
    await stepped_up(visitor)
    assert (await visitor.whoami()).status == 200


@EACH_WEB
@pytest.mark.covers("REC-18", "REC-12")
async def test_choosing_the_address_does_not_skip_it(client: Client) -> None:
    house = await house_of_careful_ada(merged(forgetful(), CHOICE))
    visitor = house.visitor(client)
    done = await recovered(house, visitor, "recovery_address")
    await refused_everywhere(visitor, done.went_to.rpartition("=")[2])


@EACH
@pytest.mark.covers("REC-18", "REC-15")
async def test_a_link_does_not_stand_in_for_the_second_factor(client: Client) -> None:
    house = await house_of_careful_ada(forgetful("link"))
    visitor = house.visitor(client)
    await visitor.submit(await visitor.start("recovery"), method="link", email=ADA)
    browser = house.visitor(Client.BROWSER)
    opened = await browser.get("/self-service/recovery", **house.letters.link_query(ADA))
    await refused_everywhere(browser, opened.location.rpartition("=")[2])


@pytest.mark.covers("REC-18", "REC-21", "REC-22")
@pytest.mark.parametrize("way", ["code", "link"])
async def test_what_an_operator_passes_on_does_not_skip_it_either(way: str) -> None:
    house = await house_of_careful_ada()
    (id,) = await house.identity_ids()
    made = (await house.operate("POST", f"/admin/recovery/{way}", {"identity_id": id})).json
    browser, link = house.visitor(Client.BROWSER), str(made["recovery_link"])
    query = dict(pair.split("=") for pair in link.partition("?")[2].split("&"))
    if way == "link":
        location = (await browser.get("/self-service/recovery", **query)).location
    else:
        wire = (await browser.fetch("recovery", query["flow"])).json
        form = Shown(kind="recovery", wire=wire)
        location = (await browser.submit(form, method="code", code=str(made["recovery_code"]))).went_to
    await refused_everywhere(browser, location.rpartition("=")[2])
