"""Do the parts of a web hook keep their word? Its request, its proof, its answers, its turns (WH-*)."""

import asyncio
import base64
from pathlib import Path

import msgspec
import pytest

from doubles.egress import ScriptedEgress
from doubles.sink import QuickJsonnet
from limen.app.flows.contract import FormProblems
from limen.app.hooks.web_hook.answers import judged
from limen.app.hooks.web_hook.errors import HookBroken, HookBusy, HookRefused
from limen.app.hooks.web_hook.outgoing import Outgoing, key_of, proven
from limen.app.hooks.web_hook.programs import Programs
from limen.app.hooks.web_hook.turns import Turns
from limen.app.scope import BrowserMarks, Client, Scope, Visitor
from limen.config.address_patterns import matches
from limen.config.hooks import WebHookConfig, WebHookResponse, allowed_after
from limen.config.outgoing import ApiKeyAuth, AuthConfig, BasicAuth
from limen.domain.text.message import MessageType
from limen.kernel.egress import HttpAnswer, HttpCall
from limen.kernel.json_doc import JsonDoc, JsonValue
from play import ADA, Outside, built

URL = "https://target.test/hook"
CALL = HttpCall(method="POST", url=URL, headers=(("content-type", "application/json"),), body=b"{}")
PARSE = WebHookResponse(parse=True)


def hook(auth: AuthConfig | None = None, **more: object) -> WebHookConfig:
    return msgspec.structs.replace(WebHookConfig(url=URL, method="POST", auth=auth), **more)


def answer(status: int, body: JsonValue | bytes = None) -> HttpAnswer:
    return HttpAnswer(status=status, headers=(), body=body if isinstance(body, bytes) else JsonDoc.of(body).raw)


async def scope_of_a_house() -> Scope:
    house = await built()
    assert (await house.visitor().sign_up(ADA)).done
    marks = BrowserMarks(token=b"x" * 32)
    return Scope(config=house.config, services=house.services, client=Client.API, visitor=Visitor(), browser=marks)


# -- the request --------------------------------------------------------------------------------------------------------


@pytest.mark.covers("WH-06", "WH-01", "WH-17")
@pytest.mark.parametrize(
    ("auth", "name", "value"),
    [
        (AuthConfig(type="basic_auth", config=BasicAuth(user="mary", password="p:ss w")), "authorization",
         "Basic " + base64.b64encode(b"mary:p:ss w").decode()),
        (AuthConfig(type="api_key", config=ApiKeyAuth(name="X-Key", value="the key", in_="header")), "x-key", "the key"),
        (AuthConfig(type="api_key", config=ApiKeyAuth(name="key", value="cookie-key", in_="cookie")), "cookie",
         "key=cookie-key"),
    ],
)  # fmt: skip
def test_what_proves_who_calls_is_added_when_the_call_is_sent(auth: AuthConfig, name: str, value: str) -> None:
    outgoing = Outgoing(hook="h", trigger="t", call=CALL)
    config = hook(auth, headers={"X-Fixed": "one", "Content-Type": "text/odd"})
    headers = dict(proven(outgoing, config, "attempt").headers)
    assert headers == {
        "x-fixed": "one", "content-type": "application/json", name: value,
        "ory-webhook-request-id": "attempt", "ory-webhook-trigger-id": "t",
    }  # fmt: skip
    assert value not in str(msgspec.to_builtins(outgoing)), "what can be kept holds nothing secret"
    assert "one" not in str(msgspec.to_builtins(outgoing))


@pytest.mark.covers("WH-13")
def test_without_events_a_call_has_no_ids() -> None:
    headers = dict(proven(Outgoing(hook="h", trigger="t", call=CALL), hook(emit_analytics_event=False), "a").headers)
    assert headers == {"content-type": "application/json"}


@pytest.mark.covers("WH-01")
def test_a_hook_is_known_by_its_id_or_by_what_it_calls() -> None:
    assert key_of(hook(id="mine")) == "mine"
    keys = {key_of(each) for each in (hook(), hook(url=f"{URL}2"), hook(method="PUT"), hook(body="file:///x"))}
    assert len(keys) == 4
    assert key_of(hook()) == key_of(hook(headers={"X": "y"}))
    assert URL not in key_of(hook())


def test_a_web_hook_does_not_print_its_secrets() -> None:
    assert "hidden" not in repr(hook(headers={"X": "hidden"}, url=f"{URL}?hidden"))


# -- the answer ---------------------------------------------------------------------------------------------------------


@pytest.mark.covers("WH-10", "FLOW-17")
@pytest.mark.parametrize(
    ("pointer", "name"),
    [
        ("#/traits/email", "traits.email"), ("/traits/name/first", "traits.name.first"), ("#/password", "password"),
        ("#/", ""), ("", ""), ("#", ""), ("#/traits/a~1b~0c", "traits.a/b~c"), ("#/traits/na%20me", "traits.na me"),
    ],
)  # fmt: skip
async def test_a_pointer_names_a_field(pointer: str, name: str) -> None:
    said: JsonValue = {"messages": [{"instance_ptr": pointer, "messages": [{"id": 5, "text": "t", "type": "error"}]}]}
    with pytest.raises(FormProblems) as refusal:
        judged(await scope_of_a_house(), hook(response=PARSE), answer(400, said), None)
    assert [problem.name for problem in refusal.value.problems] == [name]


@pytest.mark.covers("WH-10")
@pytest.mark.parametrize(
    ("type", "shown"), [("error", MessageType.ERROR), ("info", MessageType.INFO), ("success", MessageType.INFO), ("", MessageType.INFO)]
)  # fmt: skip
async def test_a_message_is_an_error_or_information(type: str, shown: MessageType) -> None:
    entry: JsonValue = {"id": 5, "text": "t", "type": type, "context": {"a": [1]}}
    with pytest.raises(FormProblems) as refusal:
        judged(
            await scope_of_a_house(), hook(can_interrupt=True), answer(422, {"messages": [{"messages": [entry]}]}), None
        )
    (problem,) = refusal.value.problems
    assert (problem.message.type, problem.message.context) == (shown, JsonDoc.of({"a": [1]}))


@pytest.mark.covers("WH-10")
@pytest.mark.parametrize("count", [0, 101])
async def test_a_refusal_says_something_and_not_too_much(count: int) -> None:
    said: JsonValue = {"messages": [{"messages": [{"id": 1, "text": "t"}] * count}]}
    with pytest.raises(HookRefused):
        judged(await scope_of_a_house(), hook(response=PARSE), answer(400, said), None)


@pytest.mark.covers("WH-08", "WH-11")
@pytest.mark.parametrize("status", [200, 201, 204, 301, 304])
async def test_what_is_not_asked_for_is_not_read(status: int) -> None:
    assert judged(await scope_of_a_house(), hook(), answer(status, b"no json"), None) is None
    assert judged(await scope_of_a_house(), hook(can_interrupt=True), answer(status, b"no json"), None) is None


@pytest.mark.covers("WH-11")
async def test_before_a_flow_there_is_nobody_to_change() -> None:
    said: JsonValue = {"identity": {"metadata_public": 1}}
    assert judged(await scope_of_a_house(), hook(response=PARSE), answer(200, said), None) is None


# -- programs -----------------------------------------------------------------------------------------------------------


@pytest.mark.covers("WH-02", "CFG-15")
async def test_a_program_of_another_server_is_fetched_once_an_hour() -> None:
    address, house = "https://programs.test/body.jsonnet", await built(outside=Outside(jsonnet=QuickJsonnet()))
    marks = BrowserMarks(token=b"x" * 32)
    scope = Scope(config=house.config, services=house.services, client=Client.API, visitor=Visitor(), browser=marks)
    programs = Programs(house.egress)
    house.egress.answers("GET", address, b"function(ctx) ctx.a + 1")
    house.egress.answers("GET", address, b"function(ctx) ctx.a + 2")
    ctx = JsonDoc.of({"a": 1})
    assert [(await programs.written(scope, address, ctx)).value() for _ in range(3)] == [2, 2, 2]
    house.clock.advance(minutes=61)
    assert (await programs.written(scope, address, ctx)).value() == 3


@pytest.mark.covers("WH-02", "CFG-15")
@pytest.mark.parametrize(("status", "body"), [(404, b""), (200, b"\xff\xfe")])
async def test_a_program_that_cannot_be_had_breaks_the_hook(status: int, body: bytes) -> None:
    scope = await scope_of_a_house()
    egress = ScriptedEgress()
    egress.answers("GET", "https://programs.test/x", body, status=status)
    with pytest.raises(HookBroken):
        await Programs(egress).written(scope, "https://programs.test/x", JsonDoc.of({}))


@pytest.mark.covers("WH-02")
@pytest.mark.parametrize("scheme", ["file://", ""])
async def test_a_program_in_a_file_is_read_anew_for_each_call(scheme: str, tmp_path: Path) -> None:
    file = tmp_path / "body.jsonnet"
    house = await built(outside=Outside(jsonnet=QuickJsonnet()))
    marks = BrowserMarks(token=b"x" * 32)
    scope = Scope(config=house.config, services=house.services, client=Client.API, visitor=Visitor(), browser=marks)
    for text in ("1", "function(ctx) 2", "local two = 2;\nfunction(ctx) two + 1  // three"):
        file.write_text(text)
        found = (await Programs(house.egress).written(scope, f"{scheme}{file}", JsonDoc.of({}))).value()
        assert found == {"1": 1}.get(text, 3 if "two" in text else 2)


# -- turns --------------------------------------------------------------------------------------------------------------


@pytest.mark.covers("WH-09")
async def test_only_so_many_of_one_hook_are_under_way_and_only_so_many_wait() -> None:
    turns, running, most, gate = Turns(of_all=10, most_waiting=2), 0, 0, asyncio.Event()

    async def call() -> None:
        nonlocal running, most
        async with turns.one("slow", 2):
            running += 1
            most = max(most, running)
            await gate.wait()
            running -= 1

    calls = [asyncio.ensure_future(call()) for _ in range(4)]
    for _ in range(5):
        await asyncio.sleep(0)
    with pytest.raises(HookBusy):
        async with turns.one("slow", 2):
            pass
    async with turns.one("another", 2):
        assert running == 2
    gate.set()
    await asyncio.gather(*calls)
    assert most == 2
    async with turns.one("slow", 2):
        assert running == 0, "turns are given back"


# -- addresses and places -----------------------------------------------------------------------------------------------


@pytest.mark.covers("WH-14")
@pytest.mark.parametrize(
    ("pattern", "url", "fits"),
    [
        ("http://a.test/b", "http://a.test/b?c=d#e", True),
        ("http://a.test/b", "http://a.test/bc", False),
        ("http://*.test/b", "http://a.test/b", True),
        ("http://*.test/b", "http://a.b.test/b", False),
        ("http://**.test/b", "http://a.b.test/b", True),
        ("http://a.test/*", "http://a.test/b/c", False),
        ("http://a.test/**", "http://a.test/b/c", True),
        ("http://a.test:80?/b", "http://a.test:8080/b", False),
        ("http://a.test:808?/b", "http://a.test:8080/b", True),
        ("http://{a,b}.test/", "http://b.test/", True),
        ("http://{a,b}.test/", "http://c.test/", False),
        ("http://[ab].test/", "http://b.test/", True),
        ("http://[!ab].test/", "http://b.test/", False),
        ("http://[a-c].test/", "http://b.test/", True),
        ("http://a.test/(b", "http://a.test/(b", True),
        ("[", "[", True),
    ],
)
def test_addresses_fit_patterns(pattern: str, url: str, fits: bool) -> None:
    assert matches(pattern, url) is fits


@pytest.mark.covers("HOOK-01", "HOOK-17")
@pytest.mark.parametrize(
    ("flow", "method", "hook", "allowed"),
    [
        ("login", "oidc", "verification", False), ("login", "oidc", "revoke_active_sessions", True),
        ("login", "", "show_verification_ui", True), ("registration", "", "show_verification_ui", False),
        ("registration", "", "session", True), ("settings", "", "revoke_active_sessions", False),
        ("settings", "password", "revoke_active_sessions", True), ("settings", "password", "verify_new_address", False),
        ("settings", "profile", "verify_new_address", True), ("settings", "profile", "revoke_active_sessions", False),
        ("recovery", "", "revoke_active_sessions", True), ("verification", "", "revoke_active_sessions", False),
        *((flow, "", "web_hook", True) for flow in ("login", "registration", "settings", "recovery", "verification")),
    ],
)  # fmt: skip
def test_hooks_stand_where_the_matrix_has_them(flow: str, method: str, hook: str, allowed: bool) -> None:
    assert (hook in allowed_after(flow, method)) is allowed
