"""How are other servers called? Through httpx: no redirects, one deadline, a size limit, and no private address if so wished."""

import asyncio
import base64
import ssl
from importlib import import_module
from ipaddress import IPv4Address, IPv6Address, ip_address
from socket import SOCK_STREAM  # noqa: TID251 (a constant)
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, unquote, urlsplit

import msgspec

from limen.kernel.egress import (
    EgressFailed,
    EgressForbidden,
    EgressTimedOut,
    EgressTooLarge,
    HttpAnswer,
    HttpCall,
)

if TYPE_CHECKING:
    import httpx  # noqa: TID251 (this is Egress)

Address = IPv4Address | IPv6Address
_PORTS: Final = {"http": 80, "https": 443}
_CONNECTIONS: Final = 100
_STANDING: Final = (("accept", "*/*"), ("accept-encoding", "identity"), ("user-agent", "limen"))


class Proxies(msgspec.Struct, frozen=True, kw_only=True):
    """The proxies that calls go through, as HTTP_PROXY, HTTPS_PROXY and NO_PROXY say; none when empty."""

    http: str = ""
    https: str = ""
    no_proxy: tuple[str, ...] = ()
    """Hosts (with their sub-domains) that are called directly; `*` for all."""

    def of(self, scheme: str, host: str) -> str:
        """The proxy for that host, or nothing."""
        for entry in self.no_proxy:
            name = entry.strip().lstrip(".").lower()
            if name and (name in {"*", host} or host.endswith("." + name)):
                return ""
        return self.https if scheme == "https" else self.http


class HttpEgress:
    """Egress on httpx. Certificates are checked against SSL_CERT_FILE / SSL_CERT_DIR or the system's own.

    With `allow_private=False` the name is resolved once and exactly that address is connected to, so that a name whose
    address changes in between (DNS rebinding) gains nothing (SEC-17). Behind a proxy the connection is the proxy's;
    then names that are known here to be private are refused, and the rest is the proxy's to judge.
    """

    def __init__(self, proxies: Proxies | None = None) -> None:
        self._proxies = proxies or Proxies()
        self._trusted: ssl.SSLContext | None = None
        self._preparing = asyncio.Lock()
        self._transports: dict[tuple[str, bool], httpx.AsyncHTTPTransport] = {}

    async def send(self, call: HttpCall) -> HttpAnswer:
        """The answer, whatever its status. Raises EgressFailed, EgressTimedOut, EgressTooLarge."""
        try:
            async with asyncio.timeout(call.timeout):
                return await self._sent(call)
        except TimeoutError as error:
            raise EgressTimedOut(f"The server did not answer within {call.timeout:g} seconds.") from error

    async def close(self) -> None:
        """End the connections that are kept for later calls."""
        for transport in self._transports.values():
            await transport.aclose()
        self._transports.clear()

    async def _sent(self, call: HttpCall) -> HttpAnswer:
        trusted = self._trusted or await self._ready()
        import httpx  # noqa: PLC0415, TID251

        parts, host, port = _split(call.url)
        proxy = self._proxies.of(parts.scheme, host)
        url, headers, extensions = call.url, list(call.headers), dict[str, str]()
        if not call.allow_private:
            address = await _public_address(host, port, behind_proxy=bool(proxy))
            if address is not None and not proxy:
                url, extensions = _pinned(parts, address, port), {"sni_hostname": host}
                headers = [*_without_host(headers), ("Host", parts.netloc.rpartition("@")[2])]
        transport = self._transport(trusted, proxy, keep=call.allow_private)
        try:
            request = httpx.Request(
                call.method, url, headers=_standing(headers, parts), content=call.body, extensions=extensions
            )
            response = await transport.handle_async_request(request)
            try:
                return await _answer(response, call.max_answer_bytes)
            finally:
                await response.aclose()
        except httpx.TimeoutException as error:
            raise EgressTimedOut("The server did not answer in time.") from error
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
            raise EgressFailed(_reason(error)) from error
        except (ValueError, UnicodeError) as error:
            raise EgressFailed("The request cannot be written: a header or the address is malformed.") from error

    async def _ready(self) -> ssl.SSLContext:
        async with self._preparing:
            if self._trusted is None:
                self._trusted = await asyncio.to_thread(_prepared)
            return self._trusted

    def _transport(self, trusted: ssl.SSLContext, proxy: str, *, keep: bool) -> "httpx.AsyncHTTPTransport":
        """The connections. They alone, without a client of httpx around them: it would keep cookies and follow what an answer
        says, and takes as long again.
        """
        import httpx  # noqa: PLC0415, TID251

        known = self._transports.get((proxy, keep))
        if known is None:
            # A kept connection belongs to an address; one made for a pinned name must not serve another name there.
            limits = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=20 if keep else 0)
            known = self._transports[proxy, keep] = httpx.AsyncHTTPTransport(
                verify=trusted, proxy=proxy or None, trust_env=False, limits=limits
            )
        return known


def _prepared() -> ssl.SSLContext:
    """The library and the certificates, loaded: not before the server is up, and not where others wait for it. Both together
    take some 200 ms, on a busy machine a second.
    """
    import_module("httpx")
    _spare_the_search()
    return _trust()


def _spare_the_search() -> None:
    """Httpcore asks four times in each call which library runs the loop, and to find out looks for a package that is not
    installed: through all folders of the path, which takes as long as the rest of the call. The answer never changes here.
    """
    for name in (
        "httpcore._synchronization",
        "httpcore._backends.auto",
    ):  # httpx itself loads neither before its first call
        asking = import_module(name)
        if "current_async_library" in vars(asking):
            vars(asking)["current_async_library"] = lambda: "asyncio"


def _standing(headers: list[tuple[str, str]], parts: SplitResult) -> list[tuple[str, str]]:
    """The headers with those that every call has, and with the user and password of the address (RFC 9110 section 11.7)."""
    given = {name.lower() for name, _ in headers}
    standing = [(name, value) for name, value in _STANDING if name not in given]
    if parts.username is not None and "authorization" not in given:
        user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        standing.append(("authorization", "Basic " + base64.b64encode(user.encode()).decode()))
    return [*headers, *standing]


def _trust() -> ssl.SSLContext:
    context = ssl.create_default_context()
    places = ssl.get_default_verify_paths()
    if not places.cafile and not places.capath:
        import certifi  # noqa: PLC0415 (only where the system brings no certificates)

        context.load_verify_locations(certifi.where())
    return context


def _split(url: str) -> tuple[SplitResult, str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise EgressFailed("The address is malformed.") from error
    if parts.scheme not in _PORTS or not host:
        raise EgressFailed("The address does not start with http:// or https:// and a host.")
    return parts, host, port or _PORTS[parts.scheme]


async def _public_address(host: str, port: int, *, behind_proxy: bool) -> Address | None:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        if behind_proxy:
            return None
        raise EgressFailed("The server's name cannot be resolved.") from error
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses or not all(is_public(address) for address in addresses):
        raise EgressForbidden("The server's address is in a private network, which the configuration forbids.")
    return addresses[0]


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet at large: not private, loopback, link-local, multicast or reserved.

    IPv6 addresses that carry an IPv4 address (mapped, 6to4, Teredo, NAT64) are judged by that one too.
    """
    inner: Address | None = None
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address.packed[:12] == bytes.fromhex("0064ff9b0000000000000000"):
            inner = IPv4Address(address.packed[12:])
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _pinned(parts: SplitResult, address: Address, port: int) -> str:
    host = f"[{address}]" if isinstance(address, IPv6Address) else str(address)
    user = parts.netloc.rpartition("@")[0]
    return parts._replace(netloc=f"{user}@{host}:{port}" if user else f"{host}:{port}").geturl()


def _without_host(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers if name.lower() != "host"]


async def _answer(response: "httpx.Response", limit: int) -> HttpAnswer:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        # Never asked for: a small compressed answer can unfold to gigabytes.
        raise EgressFailed("The server's answer is compressed although that was not asked for.")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > limit:
            raise EgressTooLarge(f"The server's answer is larger than {limit} bytes.", response.status_code)
    headers = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.headers.raw)
    return HttpAnswer(status=response.status_code, headers=headers, body=bytes(body))


def _reason(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"The server's certificate is not trusted: {cause.verify_message}."
        cause = cause.__cause__ or cause.__context__
    match type(error).__name__:
        case "ConnectError":
            return "The server cannot be reached."
        case "ProxyError":
            return "The proxy refused the connection."
        case "InvalidURL" | "UnsupportedProtocol":
            return "The address is malformed."
        case _:
            return "The connection broke before the answer was complete."
