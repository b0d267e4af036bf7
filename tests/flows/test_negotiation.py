"""Who gets JSON and who gets pages, and what may a body be? (NEGO-*, FLOW-10, ERR-*)"""

import json
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from limen.app.scope import Client
from play import ADA, AGAIN, EACH, EACH_WEB, SESSION_COOKIE, built
from play_config import PASSWORD, UI
from play_shown import part

KINDS = pytest.mark.parametrize("kind", ["login", "registration"])
PAGES = [
    "text/html",
    "*/*",
    "",
    "text/*",
    "text/html,application/json;q=0.9",
    "application/xml",
    "image/png, */*;q=0.1",
]
JSON = [
    "application/json",
    "application/json, text/html;q=0.5",
    "application/json, text/plain, */*",
    "application/json;q=0.1",
]


@KINDS
@pytest.mark.covers("NEGO-01", "NEGO-05")
@pytest.mark.parametrize(
    ("accept", "status"), [*((accept, 303) for accept in PAGES), *((accept, 200) for accept in JSON)]
)
async def test_a_new_form_by_what_is_accepted(kind: str, accept: str, status: int) -> None:
    visitor = (await built()).visitor(Client.BROWSER)
    visitor.headers["accept"] = accept
    answer = await visitor.get(f"/self-service/{kind}/browser")
    assert answer.status == status
    assert answer.location.startswith(f"{UI}/{kind}?flow=") is (status == 303)


@pytest.mark.covers("NEGO-01", "NEGO-02", "QK-14", "NEGO-03")
@pytest.mark.parametrize(
    ("accept", "type", "status"),
    [
        ("text/html", "application/json", 200),
        ("text/html", "application/x-www-form-urlencoded", 303),
        ("application/json", "application/x-www-form-urlencoded", 200),
        ("application/json", "application/json; charset=utf-8", 200),
    ],
)
async def test_the_end_of_a_sign_in_by_what_is_accepted_and_sent(accept: str, type: str, status: int) -> None:
    house = await built()
    await house.visitor().sign_up(ADA)
    visitor = house.visitor(Client.BROWSER)
    form = await visitor.start("login")
    visitor.headers["accept"] = accept
    fields = {"method": "password", "identifier": ADA, "password": PASSWORD, "csrf_token": form.csrf}
    body = json.dumps(fields).encode() if "json" in type else urlencode(fields).encode()
    answer = await visitor.call("POST", "/self-service/login", body=body, type=type, flow=form.id)
    assert answer.status == status
    assert answer.cookie(SESSION_COOKIE)
    assert "session_token" not in answer.json


@KINDS
@pytest.mark.covers("NEGO-02", "NEGO-06", "FLOW-10")
@pytest.mark.parametrize("accept", ["text/html", "*/*", "application/json"])
async def test_native_forms_are_answered_in_json_whoever_asks(kind: str, accept: str) -> None:
    house = await built()
    await house.visitor().sign_up("other@house.test")
    visitor = house.visitor(Client.API)
    visitor.headers["accept"] = accept
    form = await visitor.start(kind)
    assert (await visitor.submit(form, method="password")).answer.status == 400
    if kind == "login":
        done = await visitor.submit(form, method="password", identifier="other@house.test", password=PASSWORD)
    else:
        done = await visitor.submit(form, method="password", password=PASSWORD, traits={"email": ADA})
    assert done.answer.status == 200
    assert done.session_token
    assert done.answer.all_headers("set-cookie") == []


@EACH
@KINDS
@pytest.mark.covers("NEGO-03", "FLOW-09")
@pytest.mark.parametrize(
    ("type", "body"),
    [
        ("application/json", b""),
        ("application/json", b"{"),
        ("application/json", b"[]"),
        ("application/json", b'"text"'),
        ("application/json", b"null"),
        ("application/json", b'{"method":"password","method":"password"}'),
        ("application/json", b'{"method":"pass\xffword"}'),
        ("application/json", b"[" * 100_000),
        ("application/json", b'{"a":' * 2000 + b"1" + b"}" * 2000),
        ("application/json", b"{} {}"),
        ("application/json", b'{"age": NaN}'),
        ("application/x-www-form-urlencoded", b""),
        ("application/x-www-form-urlencoded", b"%ff=%ff"),
        ("application/x-www-form-urlencoded", b"\xff\xfe"),
        ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(5000))),
        ("multipart/form-data; boundary=x", b"--x--"),
        ("text/plain", b"method=password"),
        ("application/xml", b"<a/>"),
        ("", b"method=password"),
    ],
)
async def test_a_body_that_makes_no_sense(client: Client, kind: str, type: str, body: bytes) -> None:
    visitor = (await built()).visitor(client)
    form = await visitor.start(kind)
    outcome = await visitor.post_raw(kind, form.id, body, type)
    json_asked = client is Client.SPA or type == "application/json"
    assert outcome.answer.status == (303 if client is Client.BROWSER and not json_asked else 400)
    assert outcome.shown.said == [4000001]


@pytest.mark.parametrize("client", [Client.SPA, Client.API])
@KINDS
@pytest.mark.covers("NEGO-03", "FLOW-17")
@pytest.mark.parametrize("wrong", [7, True, None, ["x", "y"], {"a": "b"}])
async def test_a_value_of_the_wrong_type_is_missing(client: Client, kind: str, wrong: object) -> None:
    visitor = (await built()).visitor(client)
    form = await visitor.start(kind)
    outcome = await visitor.submit(form, method="password", identifier=wrong, password=wrong, traits={"email": ADA})
    assert outcome.answer.status == 400
    assert outcome.shown.said_at("password") == [4000002]


@EACH
@pytest.mark.covers("NEGO-03", "REG-10")
@pytest.mark.parametrize(
    "traits", [7, "text", None, [], [{"email": ADA}, 1], {"email": 7}, {"email": {"a": 1}}, {"name": "text"}]
)
async def test_traits_that_are_none(client: Client, traits: object) -> None:
    house = await built()
    visitor = house.visitor(client)
    form = await visitor.start("registration")
    outcome = await visitor.submit(form, method="password", password=PASSWORD, traits=traits)
    assert outcome.answer.status == AGAIN[client]
    assert outcome.shown.everything_said
    assert await house.identities() == 0


@EACH
@KINDS
@pytest.mark.covers("NEGO-09", "FLOW-10", "ERR-01", "ERR-04")
@pytest.mark.parametrize("id", ["", "nonsense", "6f1a9c0e", "6f1a9c0e-3d6a-4e0e-9d1b-2a0c5c7f123g", "' OR 1=1"])
async def test_a_submission_that_names_no_form(client: Client, kind: str, id: str) -> None:
    outcome = await (await built()).visitor(client).post(kind, id, {"method": "password"})
    assert outcome.error["code"] == 400
    assert outcome.answer.status == (303 if client is Client.BROWSER else 400)


@EACH
@KINDS
@pytest.mark.covers("FLOW-10", "SEED4-31")
async def test_a_form_that_nobody_has(client: Client, kind: str) -> None:
    visitor = (await built()).visitor(client)
    unknown = "6f1a9c0e-3d6a-4e0e-9d1b-2a0c5c7f1234"
    outcome = await visitor.post(kind, unknown, {"method": "password"})
    assert outcome.error["code"] == 404
    for id in (unknown, "nonsense", ""):
        assert (await visitor.fetch(kind, id)).status == 404
    other = await visitor.start("registration" if kind == "login" else "login")
    assert (await visitor.fetch(kind, other.id)).status == 404
    assert (await visitor.post(kind, other.id, {"method": "password"})).error["code"] == 404


@EACH_WEB
@pytest.mark.covers("NEGO-04", "NEGO-05", "SEED4-42")
async def test_a_browser_s_form_may_be_finished_by_its_script_and_the_other_way_round(client: Client) -> None:
    house = await built()
    await house.visitor().sign_up(ADA)
    visitor = house.visitor(client)
    form = await visitor.start("login")
    visitor.client = Client.SPA if client is Client.BROWSER else Client.BROWSER
    outcome = await visitor.submit(form, method="password", identifier=ADA, password=PASSWORD)
    assert outcome.answer.status == (200 if visitor.client is Client.SPA else 303)
    assert await visitor.signed_in()


# -- the error page -----------------------------------------------------------------------------------------------------


@pytest.mark.covers("ERR-01", "ERR-02", "ERR-05", "FLOW-10")
async def test_a_browser_is_shown_its_error() -> None:
    house = await built()
    visitor = house.visitor(Client.BROWSER)
    answer = await visitor.get("/self-service/login/browser", aal="aal2")
    assert answer.status == 303
    assert answer.location.startswith(f"{UI}/error?id=")
    id = parse_qs(urlsplit(answer.location).query)["id"][0]
    for name in ("id", "error"):
        page = await house.visitor(Client.SPA).get("/self-service/errors", **{name: id})
        assert page.status == 200
        assert page.json.keys() == {"id", "error", "created_at", "updated_at"}
        assert page.json["id"] == id
        assert part(page.json, "error")["id"] == "session_aal1_required"


@pytest.mark.covers("ERR-02", "ERR-03")
@pytest.mark.parametrize(
    ("id", "status"),
    [("stub:500", 200), ("6f1a9c0e-3d6a-4e0e-9d1b-2a0c5c7f1234", 404), ("nonsense", 404), ("", 404)],
)
@EACH
async def test_errors_by_id(client: Client, id: str, status: int) -> None:
    answer = await (await built()).visitor(client).get("/self-service/errors", id=id)
    assert answer.status == status
    if status == 200:
        assert part(answer.json, "error")["code"] == 500
    else:
        assert answer.error["code"] == 404


@pytest.mark.covers("ERR-04", "NEGO-05")
@KINDS
async def test_programs_are_never_redirected(kind: str) -> None:
    for client in (Client.SPA, Client.API):
        visitor = (await built()).visitor(client)
        for answer in (
            await visitor.get(f"/self-service/{kind}/{'api' if client is Client.API else 'browser'}", return_to="//x"),
            await visitor.call("POST", f"/self-service/{kind}", body={}),
            await visitor.fetch(kind, "x"),
        ):
            assert answer.location == ""
            assert answer.error["code"] == answer.status
            assert answer.error.keys() >= {"code", "status", "message"}
