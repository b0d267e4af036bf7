"""Does the server hang up on clients that send too much or too slowly, and serve all others?"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from limen.http.limits import AdminLimits, LimitedHttpToolsProtocol

PAUSE = 0.1


class Hasty(LimitedHttpToolsProtocol):
    header_seconds = PAUSE
    body_seconds = PAUSE
    idle_seconds = PAUSE
    most_requests = 3


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    body = f"{scope['method']} {scope['path']} {size}".encode()
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(body)).encode())]}
    )
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def serving(protocol: type[LimitedHttpToolsProtocol] = LimitedHttpToolsProtocol) -> AsyncIterator[int]:
    config = uvicorn.Config(
        echo, http=protocol, ws="none", lifespan="off", log_config=None, access_log=False, loop="none"
    )
    config.load()
    state = uvicorn.Server(config).server_state
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: protocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for connection in list(state.connections):
            connection.shutdown()
        await asyncio.sleep(0)


async def answer(port: int, *pieces: bytes) -> bytes:
    """Everything the server says until it hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.005)  # so that the pieces arrive as pieces
        return await asyncio.wait_for(reader.read(-1), 3)
    except ConnectionError:
        return b""
    finally:
        writer.close()


def get(path: str = "/", *headers: str, last: bool = True) -> bytes:
    closing = ("connection: close",) if last else ()
    return "\r\n".join((f"GET {path} HTTP/1.1", "host: a", *headers, *closing, "", "")).encode()


def status(said: bytes) -> int:
    return int(said.split(b" ", 2)[1]) if said else 0


async def test_an_honest_request_is_answered() -> None:
    async with serving() as port:
        assert (await answer(port, get("/a?b=c"))).endswith(b"GET /a 0")


async def test_a_request_in_many_pieces_is_answered() -> None:
    request = get("/pieces", "x-one: " + "1" * 50)
    async with serving() as port:
        said = await answer(port, *(request[at : at + 20] for at in range(0, len(request), 20)))
    assert said.endswith(b"GET /pieces 0")


@pytest.mark.covers("HTTP-103")
async def test_a_large_body_does_not_count_as_headers() -> None:
    body = b"x" * 3_000_000
    request = f"POST /p HTTP/1.1\r\nhost: a\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n".encode()
    async with serving() as port:
        assert (await answer(port, request + body)).endswith(b"POST /p 3000000")


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (get("/" + "a" * 9000), 414),
        (get("/?" + "a" * 8189), 200),
        (get("/?" + "a" * 8192), 414),
        (get("/", "x: " + "a" * 40_000), 431),
        (get("/", "x: " + "a" * 30_000), 200),
        (get("/", *(f"x-{n}: 1" for n in range(98))), 200),
        (get("/", *(f"x-{n}: 1" for n in range(99))), 431),
        (b"GET / HTTP/1.1\r\nx: " + b"a" * 1_000_000, 431),
        (b"GET /" + b"a" * 1_000_000, 414),
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nhost: a\r\nbroken\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd", 400),
        (b"GET / HTTP/1.1\r\ncontent-length: -1\r\n\r\n", 400),
        (b"GET /\xff HTTP/1.1\r\nhost: a\r\n\r\n", 400),
        (b"CONNECT a:80 HTTP/1.1\r\nhost: a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nx: a\x00b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nx : a\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    ],
)
async def test_what_is_too_much_or_broken_is_refused_cleanly(request_: bytes, expected: int) -> None:
    async with serving() as port:
        said = await answer(port, request_)
    assert status(said) == expected
    if expected != 200:
        head, _, body = said.partition(b"\r\n\r\n")
        assert b"connection: close" in head
        assert b"content-type: text/plain; charset=utf-8" in head
        assert f"content-length: {len(body)}".encode() in head
        assert body.count(b"\n") == 1


@pytest.mark.covers("ID-10")
async def test_operators_may_name_five_hundred_identities() -> None:
    for length, expected in ((20_500, 200), (70_000, 414)):
        async with serving(AdminLimits) as port:
            assert status(await answer(port, get("/?" + "a" * length))) == expected


async def test_headers_that_grow_in_small_pieces_are_refused() -> None:
    async with serving() as port:
        said = await answer(port, b"GET / HTTP/1.1\r\nx: ", *([b"a" * 3000] * 20))
    assert status(said) == 431
    async with serving() as port:
        assert status(await answer(port, b"GET / HTTP/1.1\r\nx: ", b"a" * 41_000)) == 431


@pytest.mark.covers("HTTP-104")
@pytest.mark.parametrize("beginning", [b"G", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nhost: a\r\nx: half"])
async def test_half_a_head_is_given_up_on(beginning: bytes) -> None:
    async with serving(Hasty) as port:
        assert status(await answer(port, beginning)) == 408


@pytest.mark.covers("HTTP-104")
async def test_drops_do_not_buy_time() -> None:
    async with serving(Hasty) as port:
        assert status(await answer(port, b"GET / HTTP/1.1\r\n", *([b"x: y\r\n"] * 60))) == 408


async def test_who_says_nothing_is_hung_up_on_without_a_word() -> None:
    async with serving(Hasty) as port:
        assert await answer(port) == b""


@pytest.mark.covers("HTTP-104")
@pytest.mark.parametrize(
    "request_",
    [
        b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf",
        b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nha",
    ],
)
async def test_half_a_body_is_given_up_on(request_: bytes) -> None:
    async with serving(Hasty) as port:
        assert status(await answer(port, request_)) == 408


async def test_a_broken_chunk_is_refused() -> None:
    request = b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
    async with serving() as port:
        assert status(await answer(port, request, b"zz\r\n")) == 400


async def test_an_idle_connection_is_closed_and_a_busy_one_is_kept() -> None:
    async with serving(Hasty) as port:
        said = await answer(port, get("/one", last=False), get("/two", last=False))
    assert said.count(b"200 OK") == 2
    assert said.endswith(b"GET /two 0")


async def test_a_connection_ends_after_so_many_requests() -> None:
    async with serving(Hasty) as port:
        said = await answer(port, *([get("/", last=False)] * 3))
    assert said.count(b"200 OK") == 3
    assert said.count(b"connection: close") == 1


async def test_requests_sent_at_once_are_answered_in_order() -> None:
    async with serving() as port:
        said = await answer(port, get("/one", last=False) + get("/two", last=False) + get("/three"))
    assert [said.find(name) > 0 for name in (b"/one", b"/two", b"/three")] == [True] * 3
    assert said.find(b"/one") < said.find(b"/two") < said.find(b"/three")


async def test_a_bad_request_behind_a_good_one_never_answers_for_it() -> None:
    async with serving() as port:
        said = await answer(port, get("/good", last=False) + b"nonsense\r\n\r\n")
    assert b"400" not in said or said.find(b"/good") < said.find(b"400")


@pytest.mark.parametrize("body", [b"", b"abc"])
async def test_an_offer_to_speak_something_else_is_ignored(body: bytes) -> None:
    request = (
        b"POST /up HTTP/1.1\r\nhost: a\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\n"
        b"content-length: " + str(len(body)).encode() + b"\r\n\r\n" + body
    )
    async with serving() as port:
        said = await answer(port, request)
    assert status(said) == 200
    assert b"connection: close" in said
