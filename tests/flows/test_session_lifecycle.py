"""Is a session shown, listed, ended and renewed as promised? (SESS-*)"""

from datetime import timedelta

import msgspec
import pytest

from limen.app.scope import Client
from limen.domain.identity.aal import Aal
from limen.domain.ids import SessionId
from play import ADA, BOB, EACH, EACH_WEB, SESSION_COOKIE, House, Visitor, built, member
from play_config import UI, merged
from play_shown import listed, moment, part


async def again(house: House, client: Client = Client.API, email: str = ADA) -> Visitor:
    """The same person at another device."""
    visitor = house.visitor(client)
    assert (await visitor.sign_in(email)).done
    return visitor


async def ids_of(*visitors: Visitor) -> list[str]:
    return [str((await visitor.session())["id"]) for visitor in visitors]


# -- what a session looks like ------------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("SESS-01", "SESS-02", "SESS-10", "SESS-14", "SESS-16", "SEED4-27")
async def test_the_session_and_whose_it_is(client: Client) -> None:
    visitor = await member(await built(), client)
    answer = await visitor.whoami()
    session, identity = answer.json, part(answer.json, "identity")
    assert (answer.status, answer.header("x-kratos-authenticated-identity-id")) == (200, identity["id"])
    assert session.keys() == {
        "id",
        "active",
        "expires_at",
        "authenticated_at",
        "authenticator_assurance_level",
        "authentication_methods",
        "issued_at",
        "identity",
        "devices",
    }
    assert (session["active"], session["authenticator_assurance_level"]) == (True, "aal1")
    (method,) = listed(session, "authentication_methods")
    assert (method["method"], method["aal"]) == ("password", "aal1")
    assert method.keys() == {"method", "aal", "completed_at"}
    assert moment(session["expires_at"]) - moment(session["issued_at"]) == timedelta(hours=24)
    assert part(identity, "traits") == {"email": ADA}
    assert visitor.token not in answer.body.decode() or not visitor.token
    assert b"ory_lo_" not in answer.body


@EACH
@pytest.mark.covers("SESS-19")
async def test_the_device_it_was_seen_at(client: Client) -> None:
    house = await built()
    visitor = house.visitor(client)
    visitor.headers["user-agent"] = "Browser " + "x" * 600
    visitor.headers["x-forwarded-for"] = "198.51.100.9"
    visitor.headers["cf-ipcity"] = "Linz"
    assert (await visitor.sign_up(ADA)).done
    (device,) = listed(await visitor.session(), "devices")
    assert (device["ip_address"], device["location"]) == ("203.0.113.7", ""), "nobody trusts this proxy"
    assert (len(str(device["user_agent"])), str(device["user_agent"])[:8]) == (512, "Browser ")


@EACH
@pytest.mark.covers("SESS-19")
async def test_a_trusted_proxy_tells_where_somebody_is(client: Client) -> None:
    house = await built({"serve": {"public": {"trusted_proxies": ["203.0.113.0/24"]}}})
    visitor = house.visitor(client)
    visitor.headers |= {"true-client-ip": "198.51.100.9", "cf-ipcity": "Linz", "cf-ipcountry": "AT"}
    assert (await visitor.sign_up(ADA)).done
    (device,) = listed(await visitor.session(), "devices")
    assert (device["ip_address"], device["location"]) == ("198.51.100.9", "Linz, AT")


@pytest.mark.covers("SESS-11", "SEED4-28", "SEED4-29")
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-session-token": "ory_st_" + "A" * 32},
        {"authorization": "Bearer nonsense"},
        {"authorization": "Basic YTpi"},
        {"cookie": f"{SESSION_COOKIE}=nonsense"},
        {"cookie": f"{SESSION_COOKIE}="},
        {"cookie": ";;;=;"},
    ],
)
@EACH
async def test_whoever_shows_nothing_good_is_nobody(client: Client, headers: dict[str, str]) -> None:
    visitor = (await built()).visitor(client)
    visitor.headers |= headers
    answer = await visitor.whoami()
    assert (answer.status, answer.error["code"], answer.location) == (401, 401, "")
    assert "id" not in answer.error


@EACH
@pytest.mark.covers("SESS-11", "SESS-16", "SESS-30")
async def test_a_session_ends_by_itself(client: Client) -> None:
    house = await built({"session": {"lifespan": "2h"}})
    visitor = await member(house, client)
    house.clock.advance(hours=2, microseconds=-1)
    assert await visitor.signed_in()
    house.clock.advance(microseconds=1)
    assert not await visitor.signed_in()
    assert (await visitor.get("/sessions")).status == 401
    assert (await visitor.begin("login")).form is not None


@EACH
@pytest.mark.covers("SESS-11", "SESS-30")
async def test_the_session_of_somebody_switched_off_is_dead(client: Client) -> None:
    house = await built()
    visitor = await member(house, client)
    await house.switch_off((await house.identity_ids())[0])
    assert not await visitor.signed_in()
    assert (await visitor.get("/sessions")).status == 401
    assert (await visitor.begin("login")).form is not None


# -- how it is carried --------------------------------------------------------------------------------------------------


@pytest.mark.covers("SESS-04", "SEED0-19")
@pytest.mark.parametrize("carry", ["x-session-token", "authorization", "bearer"])
async def test_a_native_app_shows_its_token_in_a_header(carry: str) -> None:
    visitor = await member(await built())
    token, visitor.token = visitor.token, ""
    match carry:
        case "x-session-token":
            visitor.headers["x-session-token"] = token
        case "authorization":
            visitor.headers["authorization"] = f"Bearer {token}"
        case _:
            visitor.headers["authorization"] = f"bearer {token}"
    assert await visitor.signed_in()


@pytest.mark.covers("SESS-04")
async def test_header_before_cookie_before_bearer() -> None:
    house = await built()
    ada, bob, eve = (
        await member(house),
        await member(house, Client.SPA, BOB),
        await member(house, Client.API, "eve@house.test"),
    )
    visitor = house.visitor(Client.SPA)

    async def seen() -> str:
        return str(part(part(await visitor.session(), "identity"), "traits")["email"])

    visitor.headers["authorization"] = f"Bearer {eve.token}"
    assert await seen() == "eve@house.test"
    visitor.jar = dict(bob.jar)
    assert await seen() == BOB
    visitor.headers["x-session-token"] = ada.token
    assert await seen() == ADA


@EACH_WEB
@pytest.mark.covers("SESS-05", "SESS-06", "SESS-07", "SEED4-43")
@pytest.mark.parametrize(
    ("session", "cookies", "expected"),
    [
        ({}, {}, "Path=/; Expires=Wed, 02 Jan 2030 12:00:00 GMT; Max-Age=86400; HttpOnly; SameSite=Lax"),
        ({"persistent": False}, {}, "Path=/; HttpOnly; SameSite=Lax"),
        (
            {"persistent": False},
            {"same_site": "Strict", "domain": "house.test"},
            "Path=/; Domain=house.test; HttpOnly; SameSite=Strict",
        ),
        (
            {"persistent": False, "domain": "own.test", "path": "/own", "same_site": "Lax", "secure": True},
            {"same_site": "Strict", "domain": "house.test", "path": "/all"},
            "Path=/own; Domain=own.test; HttpOnly; Secure; SameSite=Lax",
        ),
        ({"persistent": False, "name": "own_name"}, {"secure": True}, "Path=/; HttpOnly; Secure; SameSite=Lax"),
    ],
)
async def test_the_cookie(
    client: Client, session: dict[str, object], cookies: dict[str, object], expected: str
) -> None:
    house = await built({"session": {"cookie": session}, "cookies": cookies})
    name = str(session.get("name", SESSION_COOKIE))
    cookie = (await house.visitor(client).sign_up(ADA)).answer.cookie(name)
    value, _, attributes = cookie.partition("; ")
    assert attributes == expected
    assert "ory_st_" not in value


@EACH_WEB
@pytest.mark.covers("SESS-07", "SESS-08")
async def test_no_two_cookies_are_alike(client: Client) -> None:
    house = await built()
    first, second = await member(house, client), await again(house, client)
    assert first.jar[SESSION_COOKIE] != second.jar[SESSION_COOKIE]


@EACH_WEB
@pytest.mark.covers("SESS-07", "SEED0-14")
async def test_a_cookie_that_was_tampered_with_is_none(client: Client) -> None:
    visitor = await member(await built(), client)
    value = visitor.jar[SESSION_COOKIE]
    for changed in (value[:-2] + ("AA" if value[-2:] != "AA" else "BB"), value[1:], value + "A", value.swapcase()):
        visitor.jar[SESSION_COOKIE] = changed
        assert not await visitor.signed_in()


@EACH_WEB
@pytest.mark.covers("SESS-09")
async def test_a_session_that_lives_longer_than_its_cookie_gets_another_cookie(client: Client) -> None:
    house = await built()
    visitor = await member(house, client)
    assert (await visitor.whoami()).cookie(SESSION_COOKIE) == ""
    found = await house.storage.sessions.get(SessionId((await ids_of(visitor))[0]))
    assert found is not None
    unit = house.storage.unit()
    unit.sessions.save(msgspec.structs.replace(found.session, expires_at=found.session.expires_at + timedelta(hours=1)))
    await unit.commit()
    assert "Max-Age=90000" in (await visitor.whoami()).cookie(SESSION_COOKIE)
    assert (await visitor.whoami()).cookie(SESSION_COOKIE) == "", "once is enough"


# -- one's own sessions -------------------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("SESS-20", "SESS-33")
async def test_the_list_has_the_others(client: Client) -> None:
    house = await built()
    await member(house, Client.API, BOB)
    visitor = await member(house, client)
    others = []
    for _ in range(3):
        house.clock.advance(minutes=1)
        others.append(await again(house))
    answer = await visitor.get("/sessions")
    assert answer.status == 200
    shown = listed(answer.json, "items")
    assert [session["id"] for session in shown] == list(reversed(await ids_of(*others)))
    assert {part(part(session, "identity"), "traits")["email"] for session in shown} == {ADA}
    assert answer.header("x-total-count") == "3"


@EACH
@pytest.mark.covers("SESS-20")
async def test_the_list_leaves_out_what_is_over(client: Client) -> None:
    house = await built()
    gone = await member(house)
    await gone.delete("/self-service/logout/api", {"session_token": gone.token})
    old = await again(house)
    house.clock.advance(hours=23)
    visitor = await again(house, client)
    assert [item["id"] for item in listed((await visitor.get("/sessions")).json, "items")] == await ids_of(old)
    house.clock.advance(hours=1)
    assert listed((await visitor.get("/sessions")).json, "items") == []


@EACH
@pytest.mark.covers("SESS-20", "SESS-12", "SESS-21", "SESS-22")
async def test_half_a_sign_in_sees_no_list_and_may_end_sessions(client: Client) -> None:
    house = await built()
    visitor, other = await member(house, client), await again(house)
    (other_id,) = await ids_of(other)
    await house.change((await house.identity_ids())[0], available_aal=Aal.AAL2)
    assert (await visitor.get("/sessions")).error["id"] == "session_aal2_required"
    assert (await visitor.delete(f"/sessions/{other_id}")).status == 204
    assert (await visitor.delete("/sessions")).status == 200


@EACH
@pytest.mark.covers("SESS-22")
async def test_ending_one_of_them(client: Client) -> None:
    house = await built()
    visitor, other, stays = await member(house, client), await again(house), await again(house)
    (id,) = await ids_of(other)
    answer = await visitor.delete(f"/sessions/{id}")
    assert (answer.status, answer.body) == (204, b"")
    assert [await each.signed_in() for each in (visitor, other, stays)] == [True, False, True]


@EACH
@pytest.mark.covers("SESS-22", "SESS-11")
@pytest.mark.parametrize(("which", "status"), [("own", 400), ("stranger's", 204), ("unknown", 204), ("nonsense", 400)])
async def test_what_cannot_be_ended_this_way(client: Client, which: str, status: int) -> None:
    house = await built()
    stranger, visitor = await member(house, Client.API, BOB), await member(house, client)
    (own,), (strangers,) = await ids_of(visitor), await ids_of(stranger)
    id = {
        "own": own,
        "stranger's": strangers,
        "unknown": "6f1a9c0e-3d6a-4e0e-9d1b-2a0c5c7f1234",
        "nonsense": "nonsense",
    }[which]
    assert (await visitor.delete(f"/sessions/{id}")).status == status
    assert await stranger.signed_in()
    assert await visitor.signed_in()


@EACH
@pytest.mark.covers("SESS-21")
async def test_ending_all_others(client: Client) -> None:
    house = await built()
    bob = await member(house, Client.API, BOB)
    visitor = await member(house, client)
    others = [await again(house), await again(house, Client.SPA)]
    answer = await visitor.delete("/sessions")
    assert (answer.status, answer.json) == (200, {"count": 2})
    assert [await other.signed_in() for other in others] == [False, False]
    assert await visitor.signed_in()
    assert await bob.signed_in()
    assert (await visitor.delete("/sessions")).status == 200


@EACH
@pytest.mark.covers("SESS-21", "SESS-22", "SESS-20")
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/sessions"), ("DELETE", "/sessions"), ("DELETE", "/sessions/6f1a9c0e-3d6a-4e0e-9d1b-2a0c5c7f1234")],
)
async def test_nobody_has_no_sessions(client: Client, method: str, path: str) -> None:
    answer = await (await built()).visitor(client).call(method, path)
    assert (answer.status, answer.error["code"]) == (401, 401)


@pytest.mark.covers("SESS-18", "SESS-08")
@EACH_WEB
async def test_the_anti_csrf_token_changes_with_the_person_only(client: Client) -> None:
    house = await built()
    visitor = await member(house, client)
    token = {name: value for name, value in visitor.jar.items() if name.startswith("csrf")}
    assert (await visitor.sign_in(ADA, refresh="true")).done
    assert {name: value for name, value in visitor.jar.items() if name.startswith("csrf")} == token
    visitor.forget_session()
    assert (await visitor.sign_in(ADA)).done
    assert {name: value for name, value in visitor.jar.items() if name.startswith("csrf")} != token


@EACH
@pytest.mark.covers("SESS-13")
async def test_how_long_the_answer_may_be_kept(client: Client) -> None:
    flags = {"feature_flags": {"cacheable_sessions": True, "cacheable_sessions_max_age": "10m"}}
    house = await built(merged(flags, {"session": {"lifespan": "1h"}}))
    visitor = await member(house, client)
    assert (await visitor.whoami()).header("ory-session-cache-for") == "600"
    house.clock.advance(minutes=55)
    assert (await visitor.whoami()).header("ory-session-cache-for") == "300"
    assert (await house.visitor(client).whoami()).header("ory-session-cache-for") == "60"


@EACH
@pytest.mark.covers("SESS-12")
async def test_the_way_to_the_second_factor_is_named(client: Client) -> None:
    house = await built()
    visitor = await member(house, client)
    await house.change((await house.identity_ids())[0], available_aal=Aal.AAL2)
    answer = await visitor.whoami()
    assert (answer.status, answer.error["id"]) == (403, "session_aal2_required")
    assert answer.json["redirect_browser_to"] == "http://house.test/self-service/login/browser?aal=aal2"
    assert UI not in answer.body.decode()
