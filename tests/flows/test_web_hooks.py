"""Are web hooks called at every position, in their order, with what they may know? For all clients and methods (HOOK-*, WH-*)."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from doubles.sink import Web, program, refusing
from limen.app.scope import Client
from limen.kernel.json_doc import JsonDoc, JsonObject, JsonValue
from play import ADA, EACH, House, Visitor
from play_config import EMAIL_BY_CODE, OTHER_PASSWORD, PASSWORD, PUBLIC, UI, flows, inline, merged, person
from play_shown import Outcome, listed, part

SCHEMA = person({"email": EMAIL_BY_CODE, "name": {"type": "string", "title": "Name"}}, "email")
METHODS: JsonObject = {
    "identity": {"schemas": [{"id": "default", "url": inline(SCHEMA)}]},
    "selfservice": {
        "methods": {"code": {"enabled": True, "passwordless_enabled": True}, "link": {"enabled": True}},
        "flows": {
            "verification": {"enabled": True, "ui_url": f"{UI}/verification"},
            "recovery": {"enabled": True, "ui_url": f"{UI}/recovery"},
        },
    },
}
LISTS: dict[str, tuple[str, ...]] = {
    "login": ("password", "code"),
    "registration": ("password", "code"),
    "settings": ("password", "profile"),
    "recovery": (),
    "verification": (),
}
"""Every flow, and the methods that exist and can have a list of their own."""


def everywhere(web: Web, *, own: bool, **config: JsonValue) -> JsonObject:
    """Two web hooks at every position: `/FLOW/before/n`, `/FLOW/after/n`, and with `own` `/FLOW/METHOD/n`."""
    sections: JsonObject = {}
    for flow, methods in LISTS.items():
        after: JsonObject = {"hooks": [web.hook(f"/{flow}/after/{n}", **config) for n in (1, 2)]}
        for method in methods if own else ():
            hooks: list[JsonValue] = [web.hook(f"/{flow}/{method}/{n}", **config) for n in (1, 2)]
            after[method] = {"hooks": [hooks[0], {"hook": "session"}, hooks[1]] if flow == "registration" else hooks}
        sections[flow] = {"before": {"hooks": [web.hook(f"/{flow}/before/{n}") for n in (1, 2)]}, "after": after}
    if not own:
        part(part(sections, "registration"), "after")["password"] = {"hooks": []}
    return merged(METHODS, flows(**sections))


# -- what people do -----------------------------------------------------------------------------------------------------


async def signed_up(house: House, visitor: Visitor) -> Outcome:
    return await visitor.sign_up(ADA)


async def signed_up_by_code(house: House, visitor: Visitor) -> Outcome:
    form = await visitor.start("registration")
    sent = await visitor.submit(form, method="code", traits={"email": ADA})
    return await visitor.submit(sent.shown, method="code", traits={"email": ADA}, code=house.letters.code(ADA))


async def signed_in(house: House, visitor: Visitor) -> Outcome:
    return await visitor.sign_in(ADA)


async def signed_in_by_code(house: House, visitor: Visitor) -> Outcome:
    sent = await visitor.submit(await visitor.start("login"), method="code", identifier=ADA)
    return await visitor.submit(sent.shown, method="code", identifier=ADA, code=house.letters.code(ADA))


async def new_password(house: House, visitor: Visitor) -> Outcome:
    return await visitor.submit(await visitor.start("settings"), method="password", password=OTHER_PASSWORD)


async def new_name(house: House, visitor: Visitor) -> Outcome:
    form = await visitor.start("settings")
    return await visitor.submit(form, method="profile", traits={"email": ADA, "name": "Ada"})


async def back_in(house: House, visitor: Visitor) -> Outcome:
    sent = await visitor.submit(await visitor.start("recovery"), method="code", email=ADA)
    return await visitor.submit(sent.shown, method="code", code=house.letters.code(ADA))


async def verified(house: House, visitor: Visitor) -> Outcome:
    sent = await visitor.submit(await visitor.start("verification"), method="code", email=ADA)
    return await visitor.submit(sent.shown, method="code", code=house.letters.code(ADA))


Act = Callable[[House, Visitor], Coroutine[Any, Any, Outcome]]
ACTS: dict[tuple[str, str], Act] = {
    ("registration", "password"): signed_up,
    ("registration", "code"): signed_up_by_code,
    ("login", "password"): signed_in,
    ("login", "code"): signed_in_by_code,
    ("settings", "password"): new_password,
    ("settings", "profile"): new_name,
    ("recovery", "code"): back_in,
    ("verification", "code"): verified,
}
POSITIONS = pytest.mark.parametrize(("flow", "method"), ACTS, ids=["-".join(place) for place in ACTS])


async def ready(web: Web, client: Client, flow: str, over: JsonObject) -> tuple[House, Visitor]:
    """A house in which somebody can finish the flow; nothing of what came before was told to anybody."""
    house = await web.house(METHODS)
    visitor = house.visitor(client)
    if flow != "registration":
        assert (await visitor.sign_up(ADA)).done
    if flow != "settings":
        visitor.forget_session()
    await house.reconfigured(merged(METHODS, over))
    return house, visitor


def succeeded(flow: str, outcome: Outcome) -> bool:
    if flow == "recovery":
        return outcome.went_to.startswith(f"{UI}/settings?flow=")
    return outcome.shown.wire["state"] in {"success", "passed_challenge"} if outcome.form else outcome.done


# -- where and in which order -------------------------------------------------------------------------------------------


@EACH
@POSITIONS
@pytest.mark.covers("HOOK-01", "HOOK-02", "HOOK-03", "HOOK-17", "SEED0-01", "SEED0-21", "VER-14", "REC-20", "LOGIN-20")
@pytest.mark.parametrize("own", [True, False], ids=["own list", "general list"])
async def test_every_position_is_called_in_its_order(
    web: Web, client: Client, flow: str, method: str, own: bool
) -> None:
    house, visitor = await ready(web, client, flow, everywhere(web, own=own))
    outcome = await ACTS[flow, method](house, visitor)
    assert succeeded(flow, outcome), outcome
    listed_under = method if own and method in LISTS[flow] else "after"
    expected = [f"/{flow}/before/1", f"/{flow}/before/2", f"/{flow}/{listed_under}/1", f"/{flow}/{listed_under}/2"]
    # A recovery begins the settings that follow it.
    assert web.sink.paths == [*expected, *(["/settings/before/1", "/settings/before/2"] if flow == "recovery" else [])]
    if flow == "registration" and own:
        assert await visitor.signed_in(), "session stands between the two and is last all the same"


@EACH
@POSITIONS
@pytest.mark.covers("HOOK-03", "HOOK-02", "REG-14", "SEED0-02", "SEED0-03")
async def test_what_counts_is_heard_before_anything_is_stored(web: Web, client: Client, flow: str, method: str) -> None:
    """`/late` stands first in the list; in a sign-up and in settings it waits until the change is stored."""
    stands_with = method if method in LISTS[flow] else ""
    hooks: list[JsonValue] = [web.hook("/late"), web.hook("/early", response={"parse": True})]
    after: JsonObject = {stands_with: {"hooks": hooks}} if stands_with else {"hooks": hooks}
    house, visitor = await ready(web, client, flow, flows(**{flow: {"after": after}}))
    assert succeeded(flow, await ACTS[flow, method](house, visitor))
    assert web.sink.paths == (["/early", "/late"] if flow in {"registration", "settings"} else ["/late", "/early"])


@EACH
@pytest.mark.covers("HOOK-02", "REG-14")
async def test_before_storing_a_newcomer_only_the_own_list_counts(web: Web, client: Client) -> None:
    over = flows(
        registration={"after": {"hooks": [web.hook("/all", response={"parse": True})], "password": {"hooks": []}}}
    )
    house = await web.house(over)
    assert (await house.visitor(client).sign_up(ADA)).done
    assert web.sink.paths == []


@EACH
@POSITIONS
@pytest.mark.covers("FLOW-20", "HOOK-01", "HOOK-07")
async def test_a_before_hook_that_fails_keeps_the_flow_from_being_made(
    web: Web, client: Client, flow: str, method: str
) -> None:
    _house, visitor = await ready(web, client, flow, everywhere(web, own=False))
    web.sink.answers(f"/{flow}/before/1", 403)
    outcome = await visitor.begin(flow)
    assert (outcome.form, outcome.error["code"]) == (None, 502)
    assert web.sink.paths == [f"/{flow}/before/1"], "nobody is asked after a refusal"
    id = str(part(web.sink.calls[0].ctx, "flow")["id"])
    assert (await visitor.fetch(flow, id)).status in {403, 404}


@EACH
@pytest.mark.covers("FLOW-20", "FLOW-07")
async def test_before_hooks_also_guard_the_flow_that_replaces_an_expired_one(web: Web, client: Client) -> None:
    house = await web.house(flows(login={"before": {"hooks": [web.hook("/before")]}}))
    visitor = house.visitor(client)
    form = await visitor.start("login")
    house.clock.advance(hours=1)
    web.sink.answers("/before", 403)
    outcome = await visitor.submit(form, method="password", identifier=ADA, password=PASSWORD)
    assert outcome.error["code"] == 502


@EACH
@pytest.mark.covers("HOOK-02", "REG-07")
async def test_a_form_that_comes_back_calls_nobody(web: Web, client: Client) -> None:
    _house, visitor = await ready(web, client, "registration", everywhere(web, own=True))
    form = await visitor.start("registration")
    web.sink.calls.clear()
    assert (await visitor.submit(form, method="password", password="short", traits={"email": ADA})).form
    assert (await visitor.submit(form, method="code", traits={"email": "no address"})).form
    assert web.sink.paths == []


# -- what a target is told ----------------------------------------------------------------------------------------------


@EACH
@POSITIONS
@pytest.mark.covers("WH-02", "WH-16", "FLOW-14")
async def test_a_target_is_told_whom_it_is_about_where_that_is_known(
    web: Web, client: Client, flow: str, method: str
) -> None:
    house, visitor = await ready(web, client, flow, everywhere(web, own=False))
    form_asked_for = await visitor.start(flow, note="here")
    before = web.sink.calls[0].ctx
    assert before.keys() == {"flow", "request_headers", "request_method", "request_url", "request_cookies"} | (
        {"session"} if flow == "settings" else set()
    )
    assert part(before, "flow")["id"] == form_asked_for.id
    assert (before["request_method"], "note=here" in str(before["request_url"])) == ("GET", True)
    assert succeeded(flow, await ACTS[flow, method](house, visitor))
    told = next(call for call in web.sink.calls if call.path == f"/{flow}/after/1").ctx
    assert (told["request_method"], told.get("request_url", "")) == (
        "POST",
        f"{PUBLIC}/self-service/{flow}?flow={part(told, 'flow')['id']}",
    )
    assert part(part(told, "identity"), "traits")["email"] == ADA
    assert ("session" in told) == (flow in {"login", "settings"})
    assert part(told, "flow")["transient_payload"] == {}
    if flow == "verification":
        assert [each["verified"] for each in listed(part(told, "identity"), "verifiable_addresses")] == [True]


@EACH
@POSITIONS
@pytest.mark.covers("WH-16", "SESS-03")
async def test_no_target_is_told_secrets(web: Web, client: Client, flow: str, method: str) -> None:
    house, visitor = await ready(web, client, flow, everywhere(web, own=False))
    for id in await house.identity_ids():
        await house.change(id, metadata_admin=JsonDoc.of({"risk": "internal-note"}))
    assert succeeded(flow, await ACTS[flow, method](house, visitor))
    hidden = [PASSWORD, OTHER_PASSWORD, "hashed_password", "internal-note", "credentials", visitor.token]
    for call in web.sink.calls:
        cookies = part(call.ctx, "request_cookies")
        told = json.dumps({name: value for name, value in call.ctx.items() if name != "request_cookies"})
        assert [secret for secret in hidden if secret and secret in told] == []
        assert set(cookies) <= set(visitor.jar) | {"csrf_token_"}, "nothing but what the browser sent itself"
    assert PASSWORD not in str(house.log.lines)


@EACH
@pytest.mark.covers("WH-05", "WH-16", "CFG-10")
async def test_only_allowed_headers_are_told_and_all_cookies(web: Web, client: Client) -> None:
    over = flows(login={"before": {"hooks": [web.hook("/before")]}})
    house = await web.house(over, {"clients": {"web_hook": {"header_allowlist": ["x-tenant", "Accept-Language"]}}})
    visitor = house.visitor(client)
    visitor.jar["flavour"] = "vanilla"
    visitor.headers = {"x-tenant": "blue", "accept-language": "de", "x-other": "no", "authorization": "Bearer no"}
    await visitor.start("login")
    (call,) = web.sink.calls
    assert call.ctx["request_headers"] == {"X-Tenant": ["blue"], "Accept-Language": ["de"]}
    assert call.ctx["request_cookies"] == {"flavour": "vanilla"}


@EACH
@pytest.mark.covers("FLOW-14", "WH-02")
@pytest.mark.parametrize(("flow", "method"), [place for place in ACTS if place[1] in {"password", "profile"}])
async def test_the_transient_payload_is_handed_on(web: Web, client: Client, flow: str, method: str) -> None:
    _house, visitor = await ready(web, client, flow, everywhere(web, own=False))
    fields: dict[str, JsonObject] = {
        "registration": {"password": PASSWORD, "traits": {"email": ADA}},
        "login": {"identifier": ADA, "password": PASSWORD},
        "settings": {"password": OTHER_PASSWORD} if method == "password" else {"traits": {"email": ADA}},
    }
    form = await visitor.start(flow)
    await visitor.submit(form, method=method, transient_payload={"ref": "abc"}, **fields[flow])
    assert part(web.sink.calls[-1].ctx, "flow")["transient_payload"] == {"ref": "abc"}


# -- the request --------------------------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("WH-03")
async def test_a_program_can_cancel_its_call(web: Web, client: Client) -> None:
    cancel = program("function(ctx) if ctx.identity.traits.email == 'ada@house.test' then error 'cancel' else {}")
    over = flows(registration={"after": {"password": {"hooks": [
        web.hook("/form", body=cancel, headers={"Content-Type": "application/x-www-form-urlencoded"}),
        web.hook("/cancel", body=cancel), web.hook("/next"), {"hook": "session"}]}}})  # fmt: skip
    visitor = (await web.house(over)).visitor(client)
    assert (await visitor.sign_up(ADA)).done
    assert web.sink.paths == ["/next"]
    assert await visitor.signed_in()


@EACH
@pytest.mark.covers("WH-02", "HOOK-07", "WH-17", "WH-04")
@pytest.mark.parametrize(
    "config",
    [
        {"body": program("function(ctx) error 'boom'")},
        {"body": program("this is no program")},
        {"body": "file:///no/such/file.jsonnet"},
        {"headers": {"Content-Type": "text/plain"}},
        {"headers": {"Content-Type": "application/x-www-form-urlencoded"}, "body": program("[1]")},
    ],
    ids=["fails", "no program", "no file", "no known type", "no form"],
)
async def test_a_hook_that_cannot_be_written_fails_the_flow(web: Web, client: Client, config: JsonObject) -> None:
    entry = web.hook("/never")
    part(entry, "config").update(config)
    over = flows(registration={"after": {"password": {"hooks": [entry, web.hook("/next"), {"hook": "session"}]}}})
    house = await web.house(over)
    house.tolerated.add(500)
    visitor = house.visitor(client)
    outcome = await visitor.sign_up(ADA)
    assert outcome.error["code"] == 500
    assert web.sink.paths == []
    assert not await visitor.signed_in()


@EACH
@pytest.mark.covers("WH-04", "WH-01")
@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_a_hook_without_a_program_sends_no_body(web: Web, client: Client, method: str) -> None:
    hooks: list[JsonValue] = [web.hook("/ping", body="", method=method), {"hook": "session"}]
    house = await web.house(flows(registration={"after": {"password": {"hooks": hooks}}}))
    assert (await house.visitor(client).sign_up(ADA)).done
    (call,) = web.sink.calls
    assert (call.method, call.body) == (method, b"")


@EACH
@pytest.mark.covers("WH-04")
async def test_trace_carries_no_body(web: Web, client: Client) -> None:
    house = await web.house(flows(login={"before": {"hooks": [web.hook("/trace", method="TRACE")]}}))
    await house.visitor(client).start("login")
    assert [(call.method, call.body) for call in web.sink.calls] == [("TRACE", b"")]


@EACH
@pytest.mark.covers("FLOW-20", "WH-10")
async def test_a_before_hook_may_refuse_in_words(web: Web, client: Client) -> None:
    house = await web.house(flows(login={"before": {"hooks": [web.hook("/no", response={"parse": True})]}}))
    web.sink.answers("/no", 403, refusing(("#/", 9), text="Closed on Sundays."))
    outcome = await house.visitor(client).begin("login")
    assert (outcome.form, outcome.error["code"], outcome.error["message"]) == (None, 400, "Closed on Sundays.")
