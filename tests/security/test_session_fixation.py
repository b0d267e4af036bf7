"""Can somebody plant, keep or revive a session? Every proof makes a new token, and what ended stays dead (SEC-14, SESS-18)."""

from collections.abc import Awaitable, Callable

import pytest

from limen.app.scope import Client
from play import ADA, BOB, EACH, EACH_WEB, SESSION_COOKIE, House, Visitor, built, member
from play_config import PASSWORD
from play_shown import part


def shown_by(visitor: Visitor) -> str:
    return visitor.token or visitor.jar[SESSION_COOKIE]


def with_the_same(visitor: Visitor) -> Visitor:
    """Somebody who copied what this client shows."""
    thief = visitor.house.visitor(visitor.client)
    thief.jar, thief.token = dict(visitor.jar), visitor.token
    return thief


@EACH
@pytest.mark.covers("SEC-14", "SESS-18", "SESS-03")
async def test_every_sign_in_makes_a_token_of_its_own(client: Client) -> None:
    house = await built()
    visitor = await member(house, client)
    seen = {shown_by(visitor)}
    for _ in range(4):
        visitor.forget_session()
        assert (await visitor.sign_in(ADA)).done
        seen.add(shown_by(visitor))
    assert len(seen) == 5


@EACH
@pytest.mark.covers("SEC-14", "SESS-18", "LOGIN-18")
async def test_a_refresh_makes_another_token_and_the_old_one_is_dead(client: Client) -> None:
    visitor = await member(await built(), client)
    thief = with_the_same(visitor)
    assert await thief.signed_in()
    assert (await visitor.sign_in(ADA, refresh="true")).done
    assert shown_by(visitor) != shown_by(thief)
    assert await visitor.signed_in()
    assert not await thief.signed_in()


@EACH_WEB
@pytest.mark.covers("SEC-14", "SESS-04")
async def test_a_planted_cookie_becomes_nobody_s_session(client: Client) -> None:
    house = await built()
    await member(house, Client.API)
    visitor = house.visitor(client)
    form = await visitor.start("login")
    visitor.jar[SESSION_COOKIE] = "planted"
    assert (await visitor.submit(form, method="password", identifier=ADA, password=PASSWORD)).done
    assert visitor.jar[SESSION_COOKIE] != "planted"
    assert await visitor.signed_in()


@EACH_WEB
@pytest.mark.covers("SEC-14", "LOGIN-18")
async def test_a_planted_session_of_another_is_not_turned_into_mine(client: Client) -> None:
    house = await built()
    mallory = await member(house, client, BOB)
    await member(house, Client.API, ADA)
    victim = with_the_same(mallory)
    assert (await victim.sign_in(ADA, refresh="true")).done
    assert part(part(await victim.session(), "identity"), "traits")["email"] == ADA
    assert part(part(await mallory.session(), "identity"), "traits")["email"] == BOB


Ending = Callable[[House, Visitor, Visitor], Awaitable[None]]


async def signed_out(house: House, visitor: Visitor, other: Visitor) -> None:
    if visitor.client is Client.API:
        await visitor.delete("/self-service/logout/api", {"session_token": visitor.token})
        return
    token = str((await visitor.get("/self-service/logout/browser")).json["logout_token"])
    await visitor.get("/self-service/logout", token=token)


async def ended_by_its_person(house: House, visitor: Visitor, other: Visitor) -> None:
    await other.delete(f"/sessions/{(await visitor.session())['id']}")


async def ended_with_all_others(house: House, visitor: Visitor, other: Visitor) -> None:
    await other.delete("/sessions")


async def switched_off(house: House, visitor: Visitor, other: Visitor) -> None:
    await house.switch_off(str(part(await visitor.session(), "identity")["id"]))


async def expired(house: House, visitor: Visitor, other: Visitor) -> None:
    house.clock.advance(hours=24)


@EACH
@pytest.mark.covers("SESS-11", "SESS-30", "SEC-14", "LOGOUT-02")
@pytest.mark.parametrize(
    "ending",
    [signed_out, ended_by_its_person, ended_with_all_others, switched_off, expired],
    ids=lambda each: each.__name__,
)
async def test_what_ended_is_dead_everywhere(client: Client, ending: Ending) -> None:
    house = await built()
    visitor = await member(house, client)
    other = house.visitor()
    assert (await other.sign_in(ADA)).done
    thief, session = with_the_same(visitor), (await visitor.session())["id"]
    await ending(house, visitor, other)
    for answer in (
        await thief.whoami(),
        await thief.call("POST", "/sessions/whoami"),
        await thief.get("/sessions"),
        await thief.delete("/sessions"),
        await thief.delete(f"/sessions/{session}"),
    ):
        assert (answer.status, "id" in answer.error) == (401, False)
    thief.client = Client.SPA
    assert (await thief.get("/self-service/logout/browser")).error["id"] == "session_inactive"
    assert (await thief.begin("login")).form is not None, "nobody is signed in as far as forms are concerned"
    assert (await thief.begin("login", aal="aal2")).error_id == "session_aal1_required"
    refreshing = await thief.begin("login", refresh="true")
    assert refreshing.shown.wire["refresh"] is False
    assert ADA not in str(refreshing.shown.wire)
    assert (await thief.begin("registration")).form is not None
    assert not await thief.signed_in()


@EACH
@pytest.mark.covers("LOGIN-28", "SESS-30")
async def test_who_is_switched_off_cannot_refresh(client: Client) -> None:
    house = await built()
    visitor = await member(house, client)
    form = await visitor.start("login", refresh="true")
    await house.switch_off((await house.identity_ids())[0])
    outcome = await visitor.submit(form, method="password", identifier=ADA, password=PASSWORD)
    assert not outcome.done
    assert not await visitor.signed_in()
