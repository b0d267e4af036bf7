"""Does signing out end the session, and only for whoever may end it? (LOGOUT-*)"""

from urllib.parse import parse_qs, urlsplit

import pytest

from limen.app.scope import Client
from play import ADA, BOB, CSRF_COOKIE, EACH, EACH_WEB, SESSION_COOKIE, House, Visitor, built
from play_config import ALLOWED, PUBLIC, UI, flows
from play_shown import Answer


async def member(client: Client, house: House | None = None, email: str = ADA) -> Visitor:
    visitor = (house or await built()).visitor(client)
    assert (await visitor.sign_up(email)).done
    return visitor


async def error_of(visitor: Visitor, answer: Answer) -> dict[str, object]:
    """The error, as the envelope or as the error page has it."""
    if not answer.location:
        return answer.error
    page = await visitor.get("/self-service/errors", id=parse_qs(urlsplit(answer.location).query)["id"][0])
    return dict(page.json["error"])


@EACH
@pytest.mark.covers("LOGOUT-01", "SESS-03")
async def test_asking_for_the_way_out(client: Client) -> None:
    visitor = await member(client)
    answer = await visitor.get("/self-service/logout/browser", return_to=f"{UI}/later")
    token = str(answer.json["logout_token"])
    assert answer.status == 200
    assert (token[:7], len(token)) == ("ory_lo_", 39)
    query = parse_qs(urlsplit(str(answer.json["logout_url"])).query)
    assert str(answer.json["logout_url"]).startswith(f"{PUBLIC}/self-service/logout?")
    assert query == {"token": [token], "return_to": [f"{UI}/later"]}


@EACH
@pytest.mark.covers("LOGOUT-01", "ERR-01", "ERR-04", "FLOW-10")
async def test_who_is_not_signed_in_has_no_way_out(client: Client) -> None:
    visitor = (await built()).visitor(client)
    answer = await visitor.get("/self-service/logout/browser")
    error = await error_of(visitor, answer)
    assert answer.status == (303 if client is Client.BROWSER else 401)
    assert (error["id"], error["code"]) == ("session_inactive", 401)


@EACH
@pytest.mark.covers("LOGOUT-01", "SEC-10")
@pytest.mark.parametrize("wanted", ["https://evil.test/", "https://allowed.test/outside", "javascript:alert(1)"])
async def test_the_way_out_does_not_lead_anywhere(client: Client, wanted: str) -> None:
    visitor = await member(client)
    for answer in (
        await visitor.get("/self-service/logout/browser", return_to=wanted),
        await visitor.get("/self-service/logout", return_to=wanted, token="x"),
    ):
        assert (await error_of(visitor, answer))["id"] == "self_service_flow_return_to_forbidden"
    assert await visitor.signed_in()


@EACH_WEB
@pytest.mark.covers("LOGOUT-02", "LOGOUT-04", "SESS-08", "SEC-14")
async def test_signing_out(client: Client) -> None:
    visitor = await member(client)
    token = str((await visitor.get("/self-service/logout/browser")).json["logout_token"])
    kept = dict(visitor.jar)
    answer = await visitor.get("/self-service/logout", token=token)
    if client is Client.BROWSER:
        assert (answer.status, answer.location) == (303, f"{UI}/bye")
    else:
        assert (answer.status, answer.body) == (204, b"")
    assert "Max-Age=0" in answer.cookie(SESSION_COOKIE)
    csrf = next(name for name in visitor.jar if name.startswith(CSRF_COOKIE))
    assert visitor.jar[csrf] != kept[csrf]
    visitor.jar |= kept
    assert not await visitor.signed_in(), "the session itself is over, not only the cookie"


@EACH_WEB
@pytest.mark.covers("LOGOUT-02", "LOGOUT-03")
@pytest.mark.parametrize("token", ["", "ory_lo_" + "A" * 32, "nonsense", "\u00e4"])
async def test_without_the_right_token_nothing_ends(client: Client, token: str) -> None:
    visitor = await member(client)
    answer = await visitor.get("/self-service/logout", **({"token": token} if token else {}))
    assert (await error_of(visitor, answer))["code"] == (403 if token else 400)
    assert await visitor.signed_in()


@EACH_WEB
@pytest.mark.covers("LOGOUT-02")
async def test_the_token_of_somebody_else_is_no_token(client: Client) -> None:
    house = await built()
    ada, bob = await member(client, house), await member(client, house, BOB)
    token = str((await bob.get("/self-service/logout/browser")).json["logout_token"])
    assert (await error_of(ada, await ada.get("/self-service/logout", token=token)))["code"] == 403
    assert await ada.signed_in()
    assert await bob.signed_in()


@EACH_WEB
@pytest.mark.covers("LOGOUT-03")
async def test_signing_out_twice_is_told(client: Client) -> None:
    visitor = await member(client)
    token = str((await visitor.get("/self-service/logout/browser")).json["logout_token"])
    kept = dict(visitor.jar)
    await visitor.get("/self-service/logout", token=token)
    for jar in ({}, kept):
        visitor.jar = dict(jar)
        error = await error_of(visitor, await visitor.get("/self-service/logout", token=token))
        assert (error["id"], error["code"]) == ("session_inactive", 401)


@EACH_WEB
@pytest.mark.covers("LOGOUT-04", "FLOW-13")
@pytest.mark.parametrize(
    ("configured", "wanted", "where"),
    [
        ({"default_browser_return_url": f"{UI}/bye"}, f"{ALLOWED}/inside/x", f"{ALLOWED}/inside/x"),
        ({"default_browser_return_url": f"{UI}/bye"}, "", f"{UI}/bye"),
        ({"default_browser_return_url": None}, "", f"{UI}/"),
    ],
)
async def test_where_it_leads(client: Client, configured: dict[str, str | None], wanted: str, where: str) -> None:
    after = {name: value for name, value in configured.items() if value is not None}
    over = flows(logout={"after": after}) if after else {"selfservice": {"flows": {"logout": None}}}
    visitor = await member(client, await built(over))
    token = str((await visitor.get("/self-service/logout/browser")).json["logout_token"])
    answer = await visitor.get("/self-service/logout", token=token, **({"return_to": wanted} if wanted else {}))
    assert answer.location == (where if client is Client.BROWSER else "")


@EACH_WEB
@pytest.mark.covers("LOGOUT-05")
@pytest.mark.parametrize(
    ("wanted", "base_url", "clears"),
    [
        (True, "https://house.test/", True),
        (True, "http://house.test/", False),
        (False, "https://house.test/", False),
    ],
)
async def test_the_browser_forgets_on_request(client: Client, wanted: bool, base_url: str, clears: bool) -> None:
    over = {"serve": {"public": {"base_url": base_url}}, **flows(logout={"clear_browser_data": wanted})}
    visitor = await member(client, await built(over))
    token = str((await visitor.get("/self-service/logout/browser")).json["logout_token"])
    answer = await visitor.get("/self-service/logout", token=token)
    assert (answer.header("clear-site-data") == '"cookies", "storage", "cache"') is clears


@pytest.mark.covers("LOGOUT-06", "SESS-32")
async def test_a_native_app_ends_its_session_by_its_token() -> None:
    visitor = await member(Client.API)
    for _ in range(2):
        answer = await visitor.delete("/self-service/logout/api", {"session_token": visitor.token})
        assert (answer.status, answer.body) == (204, b"")
        assert not await visitor.signed_in()


@pytest.mark.covers("LOGOUT-06")
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"session_token": "ory_st_" + "A" * 32}, 403),
        ({"session_token": ""}, 403),
        ({}, 403),
        ({"session_token": 7}, 400),
        ({"session_token": ["x"]}, 400),
        (None, 400),
    ],
)
async def test_what_is_no_session_token_ends_nothing(body: dict[str, object] | None, status: int) -> None:
    visitor = await member(Client.API)
    answer = await visitor.delete("/self-service/logout/api", body)
    assert answer.error["code"] == answer.status == status
    assert await visitor.signed_in()
