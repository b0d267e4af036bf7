"""How is a request read? Whole, within limits, and a proxy believed only when the operator says so."""

import msgspec
import pytest
from starlette.types import Message, Scope

from doubles.http_house import PUBLIC
from limen.app.errors import BodyTooLarge
from limen.http import request as requests
from limen.http.request import MOST_BYTES, is_trusted, visitor_of
from limen.kernel.errors import MalformedInput
from limen.kernel.http_values import Request

PROXIES = ("10.0.0.0/8", "192.0.2.1", "2001:db8::/32")


async def received(
    *bodies: bytes | None, peer: str = "192.0.2.7", trusted: tuple[str, ...] = (), method: str = "POST", **headers: str
) -> Request:
    """The request with these pieces of a body; None is a connection that breaks off."""
    scope: Scope = {
        "type": "http",
        "method": method,
        "path": "/a b/ü",
        "query_string": b"x=%20",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        "client": (peer, 1) if peer else None,
    }
    pieces: list[Message] = [
        {"type": "http.disconnect"}
        if body is None
        else {"type": "http.request", "body": body, "more_body": at + 1 < len(bodies)}
        for at, body in enumerate(bodies)
    ]

    async def receive() -> Message:
        return pieces.pop(0)

    request = requests.head(scope, PUBLIC, trusted, {"id": "7"})
    return msgspec.structs.replace(request, body=await requests.body(scope, receive))


async def test_a_request_is_one_plain_value() -> None:
    request = await received(b"one ", b"two", accept="*/*")
    assert (request.body, request.method, request.path, request.captured) == (b"one two", "POST", "/a b/ü", {"id": "7"})
    assert request.url == f"{PUBLIC}/a%20b/%C3%BC?x=%20"
    assert request.header("accept") == "*/*"
    assert not request.secure


@pytest.mark.covers("HTTP-103")
async def test_a_body_may_be_as_large_as_the_limit_and_no_larger() -> None:
    half = b"x" * (MOST_BYTES // 2)
    assert len((await received(half, half)).body) == MOST_BYTES
    with pytest.raises(BodyTooLarge):
        await received(half, half, b"x", b"never read")


async def test_a_connection_that_breaks_off_is_no_request() -> None:
    with pytest.raises(MalformedInput):
        await received(b"half", None)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_a_body_that_means_nothing_is_not_waited_for(method: str) -> None:
    assert (await received(method=method)).body == b""


@pytest.mark.covers("SESS-19", "SEC-20")
@pytest.mark.parametrize(
    ("peer", "trusted"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("192.0.2.1", True),
        ("2001:db8::9", True),
        ("192.0.2.2", False),
        ("11.0.0.1", False),
        ("::1", False),
        ("", False),
        ("unix", False),
        ("10.1.2.3, 192.0.2.1", False),
    ],
)
def test_which_peers_are_trusted_proxies(peer: str, trusted: bool) -> None:
    assert is_trusted(peer, PROXIES) is trusted
    assert not is_trusted(peer, ())


@pytest.mark.covers("SESS-19")
@pytest.mark.parametrize(
    ("headers", "seen"),
    [
        ({}, "10.1.2.3"),
        ({"true_client_ip": "203.0.113.7", "x_forwarded_for": "203.0.113.9"}, "203.0.113.7"),
        ({"x_real_ip": "203.0.113.8"}, "203.0.113.8"),
        ({"x_forwarded_for": "6.6.6.6, 203.0.113.9"}, "203.0.113.9"),
        ({"x_forwarded_for": "203.0.113.9, garbage"}, "10.1.2.3"),
        ({"x_forwarded_for": "garbage"}, "10.1.2.3"),
        ({"true_client_ip": "<script>", "x_forwarded_for": "2001:DB8::7"}, "2001:db8::7"),
    ],
)
async def test_a_trusted_proxy_tells_the_clients_address(headers: dict[str, str], seen: str) -> None:
    assert (await received(b"", peer="10.1.2.3", trusted=PROXIES, **headers)).peer == seen


@pytest.mark.covers("SESS-19")
async def test_the_place_is_believed_of_trusted_proxies_only() -> None:
    told = {"true_client_ip": "203.0.113.7", "cf_ipcity": "Munich", "cf_ipcountry": "DE", "user_agent": "Toaster/1.0"}
    believed = visitor_of(await received(b"", peer="10.1.2.3", trusted=PROXIES, **told))
    assert (believed.ip, believed.location, believed.user_agent) == ("203.0.113.7", "Munich, DE", "Toaster/1.0")
    stranger = visitor_of(await received(b"", peer="192.0.2.7", trusted=PROXIES, **told))
    assert (stranger.ip, stranger.location) == ("192.0.2.7", "")
