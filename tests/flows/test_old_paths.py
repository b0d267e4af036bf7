"""Do front-ends of v0.1 to v0.5 get through by the paths they know? (dialects.md §3, §5.1 C)"""

import json
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from limen.app.scope import Client
from limen.kernel.json_doc import JsonObject
from play import ADA, CLIENTS, House, Visitor, built
from play_config import PASSWORD, PUBLIC, UI
from play_shown import Answer, listed, part

FIRST = "/self-service/browser/flows"
FORM = "application/x-www-form-urlencoded"


async def house_of(release: str) -> House:
    return await built({"x-dialect": {"old_paths": release}})


def asked(answer: Answer) -> str:
    """The id of the request that a page is asked to show."""
    assert answer.status == 302, answer.body
    query = parse_qs(urlsplit(answer.location).query)
    assert query["request"] == query["flow"]
    return query["request"][0]


async def begun(visitor: Visitor, flow: str, **query: str) -> JsonObject:
    id = asked(await visitor.get(f"{FIRST}/{flow}", **query))
    return await read(visitor, flow, id)


async def read(visitor: Visitor, flow: str, id: str) -> JsonObject:
    fetched = await visitor.get(f"{FIRST}/requests/{flow}", request=id)
    assert fetched.status == 200, fetched.body
    return fetched.json


def form_of(request: JsonObject, method: str = "password") -> JsonObject:
    return part(part(part(request, "methods"), method), "config")


def field(request: JsonObject, name: str, method: str = "password") -> JsonObject:
    [found] = [each for each in listed(form_of(request, method), "fields") if each["name"] == name]
    return found


async def sent(visitor: Visitor, request: JsonObject, method: str = "password", **values: str) -> Answer:
    action = urlsplit(str(form_of(request, method)["action"]))
    assert action.geturl().startswith(f"{PUBLIC}{FIRST}/")
    body = {"csrf_token": str(field(request, "csrf_token", method)["value"]), **values}
    query = {name: values[0] for name, values in parse_qs(action.query).items()}
    return await visitor.call("POST", action.path, body=urlencode(body).encode(), type=FORM, **query)


@pytest.mark.parametrize("release", ["v0.1", "v0.4"])
async def test_somebody_signs_up_and_in_by_the_first_paths(release: str) -> None:
    visitor = (await house_of(release)).visitor(Client.BROWSER)
    joined = await sent(visitor, await begun(visitor, "registration"), password=PASSWORD, **{"traits.email": ADA})
    assert joined.status == 302
    visitor.forget_session()
    entered = await sent(visitor, await begun(visitor, "login"), identifier=ADA, password=PASSWORD)
    assert (entered.status, await visitor.signed_in()) == (302, True)


async def test_mistakes_were_errors_without_ids_at_first_and_messages_later() -> None:
    for release, told, other in (("v0.1", "errors", "messages"), ("v0.4", "messages", "errors")):
        visitor = (await house_of(release)).visitor(Client.BROWSER)
        wrong = await sent(visitor, await begun(visitor, "login"), identifier=ADA, password="not the one")
        form = form_of(await read(visitor, "login", asked(wrong)))
        [mistake] = listed(form, told)
        assert other not in form
        assert mistake.get("message") or (mistake["id"], mistake["type"]) == (4000006, "error")


async def test_a_password_is_never_told_again() -> None:
    visitor = (await house_of("v0.1")).visitor(Client.BROWSER)
    wrong = await sent(visitor, await begun(visitor, "login"), identifier=ADA, password="not the one")
    again = await read(visitor, "login", asked(wrong))
    assert "not the one" not in json.dumps(again)
    assert field(again, "identifier")["value"] == ADA


@pytest.mark.parametrize(
    ("flow", "method"), [("settings", "profile"), ("profile", "profile"), ("settings", "password")]
)
async def test_settings_were_changed_by_the_first_paths(flow: str, method: str) -> None:
    visitor = (await house_of("v0.1")).visitor(Client.BROWSER)
    assert (await visitor.sign_up(ADA)).done
    request = await begun(visitor, flow)
    values = {"traits.email": "new@house.test"} if method == "profile" else {"password": f"{PASSWORD} anew"}
    assert (await sent(visitor, request, method, **values)).status == 302
    session = await visitor.session()
    visitor.forget_session()
    password = PASSWORD if method == "profile" else f"{PASSWORD} anew"
    known_as = "new@house.test" if method == "profile" else ADA
    assert (await visitor.sign_in(known_as, password)).done
    assert part(await visitor.session(), "identity")["id"] == part(session, "identity")["id"]


async def test_signing_in_again_was_asked_for_with_a_prompt() -> None:
    visitor = (await house_of("v0.1")).visitor(Client.BROWSER)
    assert (await visitor.sign_up(ADA)).done
    assert (await begun(visitor, "login", prompt="login"))["forced"] is True


async def test_a_request_is_read_by_its_browser_and_by_operators_only() -> None:
    house = await house_of("v0.1")
    request = await begun(house.visitor(Client.BROWSER), "login")
    path = f"{FIRST}/requests/login"
    stranger = await house.visitor(Client.BROWSER).get(path, request=str(request["id"]))
    assert stranger.status == 403
    operator = await house.operate("GET", f"/admin{path}", {})
    assert operator.status == 404  # there is none without an id
    shown = await house.operator_reads(path, request=str(request["id"]))
    assert (shown.status, shown.json["id"]) == (200, request["id"])


async def test_a_form_without_its_token_does_nothing() -> None:
    house = await house_of("v0.1")
    assert (await house.visitor(Client.API).sign_up(ADA)).done
    visitor = house.visitor(Client.BROWSER)
    request = await begun(visitor, "login")
    await sent(visitor, request, csrf_token="", identifier=ADA, password=PASSWORD)
    assert not await visitor.signed_in()


@pytest.mark.parametrize("release", ["v0.1", "v0.4", "v0.5"])
async def test_signing_out_was_one_step(release: str) -> None:
    visitor = (await house_of(release)).visitor(Client.BROWSER)
    assert (await visitor.sign_up(ADA)).done
    kept = dict(visitor.jar)
    assert (await visitor.get(f"{FIRST}/logout")).status == 302
    assert not await visitor.signed_in()
    visitor.jar = kept
    assert not await visitor.signed_in()
    assert (await visitor.get(f"{FIRST}/logout")).status == 302


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_form_was_sent_to_its_method(client: Client) -> None:
    house = await house_of("v0.5")
    assert (await house.visitor(Client.API).sign_up(ADA)).done
    visitor = house.visitor(client)
    form = await visitor.start("login")
    fields = {"csrf_token": form.csrf, "identifier": ADA, "password": PASSWORD}
    in_browser = client is Client.BROWSER
    body, type = (urlencode(fields), FORM) if in_browser else (json.dumps(fields), "application/json")
    path = "/self-service/login/methods/password"
    answer = await visitor.call("POST", path, body=body.encode(), type=type, flow=form.id)
    assert answer.status == (302 if client is Client.BROWSER else 200)
    assert client is Client.API or await visitor.signed_in()
    assert client is not Client.API or str(answer.json["session_token"]).startswith("ory_st_")


async def test_a_body_that_cannot_be_read_is_told_as_ever() -> None:
    visitor = (await house_of("v0.5")).visitor(Client.API)
    form = await visitor.start("login")
    path = "/self-service/login/methods/password"
    for body in (b"{", b"[]", b"", b"\xff"):
        answer = await visitor.call("POST", path, body=body, type="application/json", flow=form.id)
        assert answer.status == 400, body


@pytest.mark.parametrize(
    ("release", "path"),
    [
        ("", f"{FIRST}/login"),
        ("", f"{FIRST}/logout"),
        ("v0.5", f"{FIRST}/login"),
        ("v0.1", "/self-service/login/methods/password"),
    ],
)
async def test_no_other_age_has_these_paths(release: str, path: str) -> None:
    visitor = (await house_of(release)).visitor(Client.BROWSER)
    assert (await visitor.get(path)).status == 404


async def test_todays_paths_stay_as_they_are() -> None:
    visitor = (await house_of("v0.1")).visitor(Client.BROWSER)
    answer = await visitor.get("/self-service/login/browser")
    assert answer.status == 303
    assert "request=" not in answer.location
    assert answer.location.startswith(UI)
