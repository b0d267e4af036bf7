"""Is a form only taken from the browser that got it? (SEC-01 … SEC-05, FLOW-05, NEGO-07)"""

import base64
import hashlib
from collections.abc import Callable

import pytest

from limen.app.scope import Client
from limen.kernel.json_doc import JsonObject
from play import ADA, CSRF_COOKIE, EACH_WEB, House, Visitor, built
from play_config import PASSWORD, PUBLIC, merged
from play_shown import Shown, part

KINDS = pytest.mark.parametrize("kind", ["login", "registration"])
FIELDS: dict[str, JsonObject] = {
    "login": {"method": "password", "identifier": ADA, "password": PASSWORD},
    "registration": {"method": "password", "password": PASSWORD, "traits": {"email": ADA}},
}


async def house_for(kind: str) -> House:
    house = await built()
    if kind == "login":
        assert (await house.visitor().sign_up(ADA)).done
    return house


def csrf_cookie(visitor: Visitor) -> str:
    return next(name for name in visitor.jar if name.startswith(CSRF_COOKIE))


def unmasked(token: str) -> bytes:
    raw = base64.b64decode(token)
    return bytes(left ^ right for left, right in zip(raw[:32], raw[32:], strict=True))


@EACH_WEB
@pytest.mark.covers("SEC-01", "NEGO-04", "SEED4-43")
@pytest.mark.parametrize(
    ("cookies", "expected"),
    [
        ({}, "Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"),
        ({"same_site": "Strict"}, "Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"),
        ({"secure": True, "same_site": "Strict"}, "Path=/; Max-Age=31536000; HttpOnly; Secure; SameSite=Strict"),
        (
            {"domain": "house.test", "path": "/x"},
            "Path=/x; Domain=house.test; Max-Age=31536000; HttpOnly; SameSite=Lax",
        ),
    ],
)
async def test_the_cookie(client: Client, cookies: JsonObject, expected: str) -> None:
    outcome = await (await built({"cookies": cookies})).visitor(client).begin("login")
    name, _, rest = outcome.answer.cookie(CSRF_COOKIE).partition("=")
    assert name == "csrf_token_" + hashlib.sha256(f"{PUBLIC}/".encode()).hexdigest()
    assert rest.partition("; ")[2] == expected


@pytest.mark.covers("NEGO-06", "SEC-01", "SEC-05")
@KINDS
async def test_native_apps_get_no_cookie(kind: str) -> None:
    house = await built()
    visitor = house.visitor(Client.API)
    form = await visitor.start(kind)
    await visitor.fetch(kind, form.id)
    assert visitor.jar == {}
    assert form.csrf == ""


@EACH_WEB
@pytest.mark.covers("SEC-02")
async def test_no_two_forms_carry_the_same_text_but_the_same_token(client: Client) -> None:
    visitor = (await built()).visitor(client)
    first, second = await visitor.start("login"), await visitor.start("registration")
    assert first.csrf != second.csrf
    assert unmasked(first.csrf) == unmasked(second.csrf) == base64.b64decode(visitor.jar[csrf_cookie(visitor)])


Forged = Callable[[Visitor, Shown], JsonObject]


def without_cookies(visitor: Visitor, form: Shown) -> JsonObject:
    visitor.jar.clear()
    return {"csrf_token": form.csrf}


def with_other_cookies(visitor: Visitor, form: Shown) -> JsonObject:
    visitor.jar.clear()
    visitor.jar["theme"] = "dark"
    return {"csrf_token": form.csrf}


def with_another_cookie(visitor: Visitor, form: Shown) -> JsonObject:
    visitor.jar[csrf_cookie(visitor)] = base64.b64encode(b"x" * 32).decode()
    return {"csrf_token": form.csrf}


def with_a_broken_cookie(visitor: Visitor, form: Shown) -> JsonObject:
    visitor.jar[csrf_cookie(visitor)] = "nonsense"
    return {"csrf_token": form.csrf}


def without_the_token(visitor: Visitor, form: Shown) -> JsonObject:
    return {}


def with_an_empty_token(visitor: Visitor, form: Shown) -> JsonObject:
    return {"csrf_token": ""}


def with_a_made_up_token(visitor: Visitor, form: Shown) -> JsonObject:
    return {"csrf_token": base64.b64encode(b"y" * 64).decode()}


def with_the_bare_token(visitor: Visitor, form: Shown) -> JsonObject:
    return {"csrf_token": visitor.jar[csrf_cookie(visitor)]}


def with_nonsense(visitor: Visitor, form: Shown) -> JsonObject:
    return {"csrf_token": "no base64 at all"}


FORGED: list[Forged] = [
    without_cookies,
    with_other_cookies,
    with_another_cookie,
    with_a_broken_cookie,
    without_the_token,
    with_an_empty_token,
    with_a_made_up_token,
    with_the_bare_token,
    with_nonsense,
]


@EACH_WEB
@KINDS
@pytest.mark.covers("SEC-03", "SEC-04", "SEC-15", "FLOW-10", "SEED4-43")
@pytest.mark.parametrize("forged", FORGED, ids=lambda forged: forged.__name__)
async def test_a_forged_submission(client: Client, kind: str, forged: Forged) -> None:
    house = await house_for(kind)
    before = await house.identities()
    visitor = house.visitor(client)
    form = await visitor.start(kind)
    outcome = await visitor.post(kind, form.id, {**FIELDS[kind], **forged(visitor, form)})
    assert outcome.error_id == "security_csrf_violation"
    assert outcome.answer.status == (303 if client is Client.BROWSER else 403)
    details = part(outcome.error, "details")
    assert details["docs"]
    assert details["hint"]
    assert not await visitor.signed_in()
    assert await house.identities() == before


@EACH_WEB
@KINDS
@pytest.mark.covers("SEC-03")
async def test_what_is_missing_is_told_in_different_words(client: Client, kind: str) -> None:
    house = await house_for(kind)
    told: set[str] = set()
    for forged in (without_cookies, with_other_cookies, with_a_made_up_token, without_the_token):
        visitor = house.visitor(client)
        form = await visitor.start(kind)
        outcome = await visitor.post(kind, form.id, {**FIELDS[kind], **forged(visitor, form)})
        details = part(outcome.error, "details")
        told.add(f"{details['hint']} {details.get('reject_reason')}")
    assert len(told) >= (4 if client is Client.BROWSER else 3)


@pytest.mark.covers("SEC-03")
@pytest.mark.parametrize("mode", ["cors", "same-origin"])
async def test_scripts_are_told_about_scripts(mode: str) -> None:
    house = await built()
    hints: set[str] = set()
    for headers in ({}, {"sec-fetch-mode": mode}):
        visitor = house.visitor(Client.SPA)
        form = await visitor.start("login")
        visitor.headers |= headers
        visitor.jar.clear()
        hints.add(str(part((await visitor.submit(form, **FIELDS["login"])).error, "details")["hint"]))
    assert len(hints) == 2


@EACH_WEB
@KINDS
@pytest.mark.covers("SEC-02")
async def test_a_header_is_no_field(client: Client, kind: str) -> None:
    visitor = (await house_for(kind)).visitor(client)
    form = await visitor.start(kind)
    visitor.headers["x-csrf-token"] = form.csrf
    assert (await visitor.post(kind, form.id, FIELDS[kind])).error_id == "security_csrf_violation"


@EACH_WEB
@KINDS
@pytest.mark.covers("FLOW-05", "SEC-15", "SEED4-30", "SEED4-42")
async def test_a_form_is_read_by_its_browser_only(client: Client, kind: str) -> None:
    house = await built()
    visitor = house.visitor(client)
    form = await visitor.start(kind)
    stranger = house.visitor(client)
    await stranger.start(kind)
    for other in (stranger, house.visitor(client)):
        answer = await other.fetch(kind, form.id)
        assert (answer.status, answer.error["id"]) == (403, "security_csrf_violation")
        assert b'"ui"' not in answer.body
    assert (await visitor.fetch(kind, form.id)).json["id"] == form.id


@KINDS
@pytest.mark.covers("FLOW-05", "SEC-15", "NEGO-06")
async def test_a_native_form_is_read_by_whoever_knows_its_id(kind: str) -> None:
    house = await built()
    form = await house.visitor(Client.API).start(kind)
    assert (await house.visitor(Client.API).fetch(kind, form.id)).json["id"] == form.id


@EACH_WEB
@pytest.mark.covers("SEC-04", "FLOW-09")
async def test_problems_of_the_form_are_told_even_to_strangers_and_nothing_happens(client: Client) -> None:
    house = await built()
    visitor = house.visitor(client)
    form = await visitor.start("registration")
    outcome = await visitor.post("registration", form.id, {"method": "password", "password": "", "traits": {}})
    assert outcome.shown.said_at("password") == [4000002]
    assert await house.identities() == 0


@EACH_WEB
@pytest.mark.covers("SEC-04", "SEC-14")
async def test_a_token_from_before_signing_out_is_worth_nothing_after(client: Client) -> None:
    house = await built()
    visitor = house.visitor(client)
    form = await visitor.start("login")
    assert (await visitor.sign_up(ADA)).done
    token = str((await visitor.get("/self-service/logout/browser")).json["logout_token"])
    await visitor.get("/self-service/logout", token=token)
    assert (await visitor.submit(form, **FIELDS["login"])).error_id == "security_csrf_violation"


@EACH_WEB
@pytest.mark.covers("SEC-03")
async def test_a_page_of_another_site_cannot_send_the_form(client: Client) -> None:
    visitor = (await house_for("login")).visitor(client)
    form = await visitor.start("login")
    visitor.headers |= {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert (await visitor.submit(form, **FIELDS["login"])).error_id == "security_csrf_violation"


@pytest.mark.covers("SEC-01")
async def test_two_servers_on_one_host_do_not_share_the_cookie() -> None:
    names = set()
    for base_url in ("http://house.test/a", "http://house.test/b/"):
        house = await built(merged({}, {"serve": {"public": {"base_url": base_url}}}))
        visitor = house.visitor(Client.SPA)
        await visitor.start("login")
        names.add(csrf_cookie(visitor))
    assert len(names) == 2
