"""How does a request come in? From ASGI into one plain value, within limits, believing proxies only when configured."""

import ipaddress
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from starlette.types import Receive
from starlette.types import Scope as AsgiScope

from limen.app.errors import BodyTooLarge
from limen.app.scope import Visitor
from limen.kernel.errors import MalformedInput
from limen.kernel.http_values import Request
from limen.kernel.json_doc import EMPTY, JsonDoc

MOST_BYTES: Final = 5_000_000
"""HTTP-103."""
_LONGEST_LOCATION: Final = 128
_LONGEST_ADDRESS: Final = 64
_escaped: Final = lru_cache(maxsize=256)(quote)
_TELLING: Final = frozenset({"true-client-ip", "x-real-ip", "x-forwarded-for"})
"""The headers in which proxies tell the client's address."""


def head(scope: AsgiScope, base_url: str, trusted: tuple[str, ...], captured: Mapping[str, str]) -> Request:
    """The request as far as its headers go; `body` reads the rest."""
    headers = tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]])
    query = scope["query_string"].decode("latin-1")
    path = scope["path"]
    client = scope.get("client")
    peer = client[0] if client else ""
    proxied = is_trusted(peer, trusted)
    return Request(
        method=scope["method"],
        path=path,
        query_string=query,
        headers=headers,
        peer=_forwarded(headers, peer) if proxied else peer,
        proxied=proxied,
        url=base_url + _escaped(path) + (f"?{query}" if query else ""),
        secure=base_url.startswith("https://"),
        captured=captured,
    )


async def body(scope: AsgiScope, receive: Receive) -> bytes:
    """The whole body. Raises BodyTooLarge, MalformedInput for a connection that breaks off."""
    if scope["method"] in {"GET", "HEAD", "OPTIONS", "TRACE"}:
        return b""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise MalformedInput("The connection broke off before the body was complete.")
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > MOST_BYTES:
            raise BodyTooLarge(f"The body is larger than {MOST_BYTES} bytes.")
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


@lru_cache(maxsize=4096)
def is_trusted(peer: str, networks: tuple[str, ...]) -> bool:
    """Whether the TCP peer is a proxy whose forwarding headers are believed (security.md §2.35)."""
    if not networks:
        return False
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped  # a socket for both versions shows IPv4 peers as ::ffff:192.0.2.1
    return any(address in ipaddress.ip_network(network, strict=False) for network in networks)


def _forwarded(headers: Sequence[tuple[str, str]], peer: str) -> str:
    """The client's address as the proxy tells it: True-Client-IP, else the last hop of X-Forwarded-For (SESS-19)."""
    found = {name: value for name, value in headers if name in _TELLING}
    if not found:
        return peer
    last_hop = found.get("x-forwarded-for", "").rpartition(",")[2]
    for candidate in (found.get("true-client-ip", ""), found.get("x-real-ip", ""), last_hop):
        text = candidate.strip()
        if 0 < len(text) <= _LONGEST_ADDRESS and (address := _usual_form(text)):
            return address
    return peer


@lru_cache(maxsize=4096)
def _usual_form(address: str) -> str:
    """The IP address as it is usually written; empty when the text is none."""
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""


def visitor_of(request: Request, told: Sequence[str] = (), cookies: tuple[tuple[str, str], ...] = ()) -> Visitor:
    """Who is visiting, as sessions remember it (SESS-19). `told` names the headers that services may be told (WH-05);
    `cookies` are those of the request.
    """
    place = (request.header("cf-ipcity"), request.header("cf-ipcountry")) if request.proxied else ("", "")
    return Visitor(
        ip=request.peer,
        user_agent=request.header("user-agent"),
        location=", ".join(part for part in place if part)[:_LONGEST_LOCATION],
        language=request.header("accept-language"),
        headers=_told(request, told) if told else EMPTY,
        cookies=cookies,
    )


def _told(request: Request, names: Sequence[str]) -> JsonDoc:
    allowed = {name.lower() for name in names}
    found: dict[str, list[str]] = {}
    for name, value in request.headers:
        if name in allowed:
            found.setdefault("-".join(part.capitalize() for part in name.split("-")), []).append(value)
    return JsonDoc.of(found)
