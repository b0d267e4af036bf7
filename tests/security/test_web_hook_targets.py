"""What can the target of a web hook do to Limen? Hang, break off, flood, redirect, lead inside: one flow fails, no more."""

import asyncio

import pytest

from doubles.sink import Sink, SinkAnswer, Web, program
from limen.adapters.http_egress import HttpEgress
from limen.adapters.jsonnet import ChildJsonnet
from limen.app.scope import Client
from limen.kernel.json_doc import JsonObject, JsonValue
from play import ADA, EACH, House, Outside, built
from play_config import flows, merged

PARSE: JsonObject = {"response": {"parse": True}}


def limits(**rules: JsonValue) -> JsonObject:
    return {"clients": {"web_hook": rules}}


def private(*excepted: str) -> JsonObject:
    return {"clients": {"http": {"disallow_private_ip_ranges": True, "private_ip_exception_urls": list(excepted)}}}


def before_storing(*hooks: JsonObject) -> JsonObject:
    listed: list[JsonValue] = [*hooks, {"hook": "session"}]
    return flows(registration={"after": {"password": {"hooks": listed}}})


async def refused(house: House, client: Client, code: int) -> None:
    """A sign-up fails with that code, leaves nothing, and the log says nothing secret of it."""
    if code == 500:
        house.tolerated.add(500)
    visitor = house.visitor(client)
    outcome = await visitor.sign_up(ADA)
    assert outcome.error["code"] == code, outcome.answer.body
    assert await house.identities() == 0
    assert not await visitor.signed_in()


# -- targets that do not answer as they should --------------------------------------------------------------------------


@EACH
@pytest.mark.covers("WH-08", "WH-09")
async def test_a_target_that_hangs_is_given_up(web: Web, client: Client) -> None:
    house = await web.house(before_storing(web.hook("/hangs", **PARSE)), limits(timeout="300ms"))
    web.sink.behaves("/hangs", SinkAnswer(waits_for=asyncio.Event()))
    await refused(house, client, 504)
    assert web.sink.paths == ["/hangs"], "who takes all the time is not asked again"


@EACH
@pytest.mark.covers("WH-08", "WH-09")
@pytest.mark.parametrize(
    "raw", [b"", b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{", b"no protocol at all\r\n\r\n"]
)
async def test_a_target_that_breaks_off_is_asked_three_times(web: Web, client: Client, raw: bytes) -> None:
    house = await web.house(before_storing(web.hook("/breaks", **PARSE)))
    web.sink.behaves("/breaks", SinkAnswer(raw=raw))
    await refused(house, client, 500)
    assert web.sink.paths == ["/breaks"] * 3


@EACH
@pytest.mark.covers("WH-08", "WH-09")
async def test_a_target_that_is_down_is_an_error(client: Client) -> None:
    gone = await Sink().start()
    url = gone.url
    await gone.stop()
    entry: JsonObject = {"hook": "web_hook", "config": {"url": url, "method": "POST", **PARSE}}
    egress = HttpEgress()
    waited: list[float] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)

    house = await built(before_storing(entry), outside=Outside(egress=egress, pause=pause))
    await refused(house, client, 500)
    await egress.close()
    assert waited == [1.0, 2.0], "two more tries, with growing pauses"


@EACH
@pytest.mark.covers("WH-09", "WH-13")
@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_target_that_recovers_is_asked_again(web: Web, client: Client, status: int) -> None:
    house = await web.house(before_storing(web.hook("/shaky", **PARSE)))
    web.sink.answers("/shaky", status)
    web.sink.answers("/shaky", 200)
    assert (await house.visitor(client).sign_up(ADA)).done
    first, second = web.sink.calls
    assert first.body == second.body
    ids = ("ory-webhook-trigger-id", "ory-webhook-request-id")
    assert [first.headers[name] == second.headers[name] for name in ids] == [True, False]


@EACH
@pytest.mark.covers("WH-12")
@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("endless", [True, False])
async def test_an_answer_without_end_is_not_read_to_the_end(
    web: Web, client: Client, status: int, endless: bool
) -> None:
    house = await web.house(before_storing(web.hook("/floods", **PARSE)), limits(max_answer_size="1MB"))
    body = b'{"identity": {"metadata_public": "' + b"x" * (2 << 20) + b'"}}'
    web.sink.behaves("/floods", SinkAnswer(status=status, body=body, endless=endless))
    await refused(house, client, 502)


@EACH
@pytest.mark.covers("WH-12", "WH-08")
async def test_a_large_answer_that_nobody_reads_does_not_matter(web: Web, client: Client) -> None:
    house = await web.house(before_storing(web.hook("/floods")), limits(max_answer_size="1KB"))
    web.sink.answers("/floods", 200, b"x" * 5000)
    assert (await house.visitor(client).sign_up(ADA)).done


# -- addresses ----------------------------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("WH-14", "SEC-17")
@pytest.mark.parametrize("config", [PARSE, {}], ids=["parse", "late"])
async def test_a_private_address_is_not_called(web: Web, client: Client, config: JsonObject) -> None:
    house = await web.house(flows(login={"after": {"password": {"hooks": [web.hook("/inside", **config)]}}}))
    assert (await house.visitor(client).sign_up(ADA)).done
    await house.reconfigured(
        merged(flows(login={"after": {"password": {"hooks": [web.hook("/inside", **config)]}}}), private())
    )
    house.tolerated.add(500)
    visitor = house.visitor(client)
    assert (await visitor.sign_in(ADA)).error["code"] == 500
    assert not await visitor.signed_in()
    assert web.sink.paths == []


@EACH
@pytest.mark.covers("WH-14")
@pytest.mark.parametrize(
    ("pattern", "called"),
    [
        ("{url}/excepted", True),
        ("{url}/*", True),
        ("{url}/excep**", True),
        ("**", True),
        ("{url}/other", False),
        ("{url}/excepted/more", False),
        ("http://*/excepted", False),
    ],
)
async def test_exceptions_are_called(web: Web, client: Client, pattern: str, called: bool) -> None:
    house = await web.house(
        before_storing(web.hook("/excepted?key=value")), private(pattern.replace("{url}", web.sink.url))
    )
    house.tolerated.add(500)
    assert (await house.visitor(client).sign_up(ADA)).done is called
    assert web.sink.paths == (["/excepted?key=value"] if called else [])


@EACH
@pytest.mark.covers("WH-14", "SEC-17")
async def test_a_program_is_not_fetched_from_a_private_address(web: Web, client: Client) -> None:
    hook = web.hook("/excepted", body=f"{web.sink.url}/program.jsonnet", **PARSE)
    house = await web.house(before_storing(hook), private(f"{web.sink.url}/excepted"))
    await refused(house, client, 500)
    assert web.sink.paths == []


@EACH
@pytest.mark.covers("WH-14")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_an_excepted_address_redirects_to_none_that_is_not(web: Web, client: Client, status: int) -> None:
    house = await web.house(before_storing(web.hook("/open", **PARSE)), private(f"{web.sink.url}/open"))
    web.sink.answers("/open", status, {}, ("location", "/hidden"))
    await refused(house, client, 500)
    assert web.sink.paths == ["/open"]


@EACH
@pytest.mark.covers("WH-14", "SEC-17")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("place", ["http://localhost:{port}/x", "http://127.0.0.1:1/x", "https://127.0.0.1:{port}/x",
                                   "//evil.test/x", "file:///etc/passwd"])  # fmt: skip
async def test_redirects_to_another_server_are_not_followed(web: Web, client: Client, status: int, place: str) -> None:
    house = await web.house(before_storing(web.hook("/moved", **PARSE)))
    port = web.sink.url.rpartition(":")[2]
    web.sink.answers("/moved", status, {}, ("location", place.replace("{port}", port)))
    await refused(house, client, 502)
    assert web.sink.paths == ["/moved"]


@EACH
@pytest.mark.covers("WH-08")
@pytest.mark.parametrize(("status", "method"), [(302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
async def test_redirects_within_one_server_are_followed(web: Web, client: Client, status: int, method: str) -> None:
    house = await web.house(before_storing(web.hook("/moved", **PARSE)))
    web.sink.answers("/moved", status, {}, ("location", "/here"))
    web.sink.answers("/here", 200, {"identity": {"metadata_public": "new"}})
    visitor = house.visitor(client)
    assert (await visitor.sign_up(ADA)).done
    first, second = web.sink.calls
    assert (second.method, second.body) == (method, first.body if method == "POST" else b"")


@EACH
@pytest.mark.covers("WH-08")
async def test_redirects_in_a_circle_end(web: Web, client: Client) -> None:
    house = await web.house(before_storing(web.hook("/round", **PARSE)))
    web.sink.answers("/round", 307, {}, ("location", "/round"))
    await refused(house, client, 502)
    assert len(web.sink.calls) == 4


# -- programs -----------------------------------------------------------------------------------------------------------


@EACH
@pytest.mark.covers("WH-02", "SEC-17")
@pytest.mark.parametrize(
    "text",
    [
        "local f(x) = f(x + 1); f(0)",
        "local loop(n) = if n > 0 then loop(n - 1) tailstrict else 0; loop(1e15)",
        "std.repeat('x', 1e12)",
        "std.makeArray(1e9, function(i) i)",
        "import '/etc/passwd'",
        "importstr '/etc/passwd'",
        "std.repeat('x', 2000000)",
        "function(ctx, missing) ctx",
        "error 'boom'",
    ],
)
async def test_a_program_that_misbehaves_fails_its_flow_only(web: Web, client: Client, text: str) -> None:
    jsonnet = ChildJsonnet(children=1, seconds=0.5)
    hooks = before_storing(web.hook("/never", body=program(text), **PARSE))
    house = await built(hooks, outside=Outside(egress=web.egress, jsonnet=jsonnet))
    try:
        await refused(house, client, 500)
        assert web.sink.paths == []
        await house.reconfigured(before_storing(web.hook("/fine", **PARSE)))
        assert (await house.visitor(client).sign_up(ADA)).done
    finally:
        await jsonnet.close()


# -- many at once -------------------------------------------------------------------------------------------------------


@pytest.mark.covers("WH-09", "WH-08")
async def test_a_slow_hook_stops_nobody_else(web: Web) -> None:
    """However many sign-ups wait for a target, few calls are under way, and who asks for a session is answered."""
    house = await web.house(limits(at_once=3))
    member = house.visitor()
    assert (await member.sign_up("first@house.test")).done
    await house.reconfigured(merged(before_storing(web.hook("/slow", **PARSE)), limits(at_once=3)))
    held = asyncio.Event()
    web.sink.behaves("/slow", SinkAnswer(waits_for=held))
    visitors = [house.visitor(Client.API) for _ in range(20)]
    waiting = [
        asyncio.ensure_future(visitor.sign_up(f"n{number}@house.test")) for number, visitor in enumerate(visitors)
    ]
    await web.sink.until(3)
    for _ in range(50):
        assert await member.signed_in()
    assert (web.sink.under_way, await house.identities()) == (3, 1), "nothing is stored while a target is asked"
    held.set()
    assert all(outcome.done for outcome in await asyncio.gather(*waiting))
    assert (web.sink.most_under_way, await house.identities()) == (3, 21)


@EACH
@pytest.mark.covers("WH-16")
async def test_nothing_secret_is_logged_or_told_to_people(web: Web, client: Client) -> None:
    entry = web.hook("/no?token=secret-in-url", headers={"X-Key": "secret-header"}, **PARSE)
    auth: JsonObject = {"type": "basic_auth", "config": {"user": "mary", "password": "secret-password"}}
    config = entry["config"]
    assert isinstance(config, dict)
    config["auth"] = auth
    house = await web.house(before_storing(entry))
    web.sink.answers("/no?token=secret-in-url", 403, b"secret-answer")
    outcome = await house.visitor(client).sign_up(ADA)
    assert outcome.error["code"] == 502
    shown = f"{outcome.answer.body!r} {outcome.error} {house.log.lines} {house.config.selfservice}"
    for secret in ("secret-header", "secret-password", "secret-answer"):
        assert secret not in shown
    assert "secret-in-url" not in f"{outcome.answer.body!r} {outcome.error} {house.log.lines}"
