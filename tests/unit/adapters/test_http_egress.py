import asyncio
import base64
import ipaddress
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from doubles.certificates import Authority
from limen.adapters.http_egress import HttpEgress, Proxies, is_public
from limen.kernel.egress import EgressFailed, EgressTimedOut, EgressTooLarge, HttpCall


class Site:
    """A server on the loopback: answers every connection with `answer`, keeps what it was sent."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
        self.silent = False
        self.connections = 0
        self.port = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self, context: ssl.SSLContext | None = None) -> "Site":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in tuple(self._open):
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(
                    (int(x.split(b":")[1]) for x in head.splitlines() if x.lower().startswith(b"content-length")), 0
                )
                self.asked.append(head + await reader.readexactly(length))
                if not self.silent:
                    writer.write(self.answer)
                    await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def headers(self, at: int = -1) -> dict[str, str]:
        lines = self.asked[at].split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return {line.split(": ")[0].lower(): line.split(": ", 1)[1] for line in lines}


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    site = await Site().start()
    yield site
    await site.stop()


@pytest_asyncio.fixture
async def egress() -> AsyncIterator[HttpEgress]:
    egress = HttpEgress()
    yield egress
    await egress.close()


async def failure(egress: HttpEgress, url: str, **more: float | bool) -> EgressFailed:
    with pytest.raises(EgressFailed) as caught:
        await egress.send(HttpCall(method="GET", url=url, **more))
    assert caught.value.reason
    return caught.value


async def test_a_call_and_its_answer(site: Site, egress: HttpEgress):
    site.answer = b"HTTP/1.1 418 Teapot\r\nX-A: 1\r\nx-a: 2\r\ncontent-length: 5\r\n\r\nhello"
    call = HttpCall(
        method="POST", url=f"{site.url}/p?q=%20", headers=(("X-B", "3"), ("Content-Type", "a/b")), body=b"body"
    )
    answer = await egress.send(call)
    assert (answer.status, answer.body) == (418, b"hello")
    assert answer.headers[:2] == (("x-a", "1"), ("x-a", "2"))
    assert site.asked[0].startswith(b"POST /p?q=%20 HTTP/1.1\r\n")
    assert site.asked[0].endswith(b"\r\n\r\nbody")
    assert site.headers()["x-b"] == "3"
    assert site.headers()["accept-encoding"] == "identity"


async def test_redirects_are_answers(site: Site, egress: HttpEgress):
    site.answer = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
    assert (await egress.send(HttpCall(method="GET", url=site.url))).status == 302
    assert len(site.asked) == 1


async def test_connections_are_kept_and_cookies_are_not(site: Site, egress: HttpEgress):
    site.answer = b"HTTP/1.1 200 OK\r\nset-cookie: a=b; path=/\r\ncontent-length: 0\r\n\r\n"
    for _ in range(3):
        await egress.send(HttpCall(method="GET", url=site.url))
    assert site.connections == 1
    assert all("cookie" not in site.headers(at) for at in range(3))


@pytest.mark.parametrize("length", [b"content-length: 2000\r\n", b""])
async def test_large_answers_are_cut_off(site: Site, egress: HttpEgress, length: bytes):
    site.answer = b"HTTP/1.1 200 OK\r\n" + length + b"\r\n" + b"x" * 2000
    assert isinstance(await failure(egress, site.url, max_answer_bytes=1999), EgressTooLarge)


async def test_compressed_answers_are_refused(site: Site, egress: HttpEgress):
    site.answer = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\nok"
    await failure(egress, site.url)


async def test_the_timeout_covers_everything(site: Site, egress: HttpEgress):
    site.silent = True
    assert isinstance(await failure(egress, site.url, timeout=0.05), EgressTimedOut)
    site.silent, site.answer = False, b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nslow"
    assert isinstance(await failure(egress, site.url, timeout=0.05), EgressTimedOut)


async def test_whoever_is_away_or_talks_nonsense_is_a_failure(site: Site, egress: HttpEgress):
    site.answer = b"SSH-2.0-OpenSSH\r\n\r\n"
    await failure(egress, site.url)
    site.answer = b"HTTP/1.1 200 OK\r\ncontent-length: zwei\r\n\r\nok"
    await failure(egress, site.url)
    await site.stop()
    await failure(egress, site.url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "ftp://h/",
        "http://",
        "http:///a",
        "http://[::1",
        "http://h:99999/",
        "http://h:x/",
        "file:///etc/passwd",
    ],
)
async def test_strange_addresses_are_refused(egress: HttpEgress, url: str):
    await failure(egress, url)


@pytest.mark.parametrize("header", [("a", "b\r\nc: d"), ("a", "ü\ud800"), ("a b", "c"), ("", "c")])
async def test_strange_headers_are_refused(site: Site, egress: HttpEgress, header: tuple[str, str]):
    await failure(egress, site.url, headers=(header,))
    assert site.asked == []


async def test_reasons_hold_no_secret(egress: HttpEgress):
    error = await failure(egress, "http://user:hunter2@127.0.0.1:1/?token=hunter2")
    assert "hunter2" not in error.reason


@pytest.mark.covers("SEC-17", "WH-14")
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "0.0.0.0", "169.254.169.254", "10.1.2.3"]
)
async def test_private_addresses_are_refused_in_every_spelling(site: Site, egress: HttpEgress, host: str):
    error = await failure(egress, f"http://{host}:{site.port}/", allow_private=False)
    assert "private" in error.reason
    assert site.connections == 0


@pytest.mark.covers("SEC-17")
@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True), ("2606:4700::1111", True), ("127.1.2.3", False), ("100.64.0.1", False), ("192.168.0.1", False),
        ("172.31.255.255", False), ("224.0.0.1", False), ("240.0.0.1", False), ("255.255.255.255", False), ("192.0.2.1", False),
        ("::", False), ("fe80::1", False), ("fd00::1", False), ("ff02::1", False), ("::ffff:10.0.0.1", False),
        ("::ffff:8.8.8.8", True), ("64:ff9b::a00:1", False), ("64:ff9b::808:808", True), ("2002:a00:1::", False), ("2001:db8::1", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address: str, public: bool):
    assert is_public(ipaddress.ip_address(address)) is public


class Resolver:
    """Names that a test makes up: each answer is given once, in order, the last one for ever."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: dict[str, list[str]] = {}
        self.asked: list[str] = []
        real = asyncio.BaseEventLoop.getaddrinfo

        async def resolve(
            loop: asyncio.BaseEventLoop, host: str | bytes, port: int, **more: int
        ) -> list[tuple[int, int, int, str, tuple[str, int]]]:
            name = host.decode() if isinstance(host, bytes) else host
            if name not in self.names:
                return await real(loop, host, port, **more)
            self.asked.append(name)
            known = self.names[name]
            address = known.pop(0) if len(known) > 1 else known[0]
            return [(2, 1, 6, "", (address, port))]

        monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", resolve)


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch):
    return Resolver(monkeypatch)


@pytest.fixture
def loopback_is_public(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("limen.adapters.http_egress.is_public", lambda address: str(address) == "127.0.0.1")


@pytest.mark.covers("SEC-17")
async def test_the_address_that_was_checked_is_the_one_connected_to(
    site: Site, egress: HttpEgress, resolver: Resolver, loopback_is_public: None
):
    resolver.names["rebind.example"] = ["127.0.0.1", "10.0.0.1"]
    await egress.send(HttpCall(method="GET", url=f"http://rebind.example:{site.port}/x", allow_private=False))
    assert resolver.asked == ["rebind.example"]
    assert site.headers()["host"] == f"rebind.example:{site.port}"
    await failure(egress, f"http://rebind.example:{site.port}/x", allow_private=False)
    assert site.connections == 1


@pytest.mark.covers("SEC-17")
async def test_a_pinned_connection_serves_no_second_name(
    site: Site, egress: HttpEgress, resolver: Resolver, loopback_is_public: None
):
    for name in ("a.example", "b.example"):
        resolver.names[name] = ["127.0.0.1"]
        await egress.send(HttpCall(method="GET", url=f"http://{name}:{site.port}/", allow_private=False))
    assert site.connections == 2


@pytest.mark.parametrize("allow_private", [True, False])
@pytest.mark.usefixtures("loopback_is_public")
async def test_certificates_are_checked_against_the_configured_roots(
    egress: HttpEgress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resolver: Resolver, allow_private: bool
):
    site = Authority(tmp_path, host="ranges.example").own
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(site.certificate, site.key)
    resolver.names |= {"ranges.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]}
    tls = await Site().start(context)
    try:
        url = f"https://ranges.example:{tls.port}/"
        assert "certificate" in (await failure(egress, url, allow_private=allow_private)).reason
        monkeypatch.setenv("SSL_CERT_FILE", str(site.certificate))
        trusting = HttpEgress()
        answer = await trusting.send(HttpCall(method="GET", url=url, allow_private=allow_private))
        assert answer.body == b"ok"
        wrong = await failure(trusting, f"https://other.example:{tls.port}/", allow_private=allow_private)
        assert "certificate" in wrong.reason
        await trusting.close()
    finally:
        await tls.stop()


async def test_the_environment_brings_no_proxy(site: Site, egress: HttpEgress, monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert (await egress.send(HttpCall(method="GET", url=site.url))).status == 200


async def test_a_proxy_that_is_given_is_used(site: Site):
    egress = HttpEgress(Proxies(http=site.url, no_proxy=("127.0.0.1", ".internal")))
    try:
        await egress.send(HttpCall(method="GET", url="http://far.example/x"))
        assert site.asked[-1].startswith(b"GET http://far.example/x HTTP/1.1")
        await egress.send(HttpCall(method="GET", url=f"{site.url}/near"))
        assert site.asked[-1].startswith(b"GET /near HTTP/1.1")
        assert "private" in (await failure(egress, "http://10.0.0.1/", allow_private=False)).reason
    finally:
        await egress.close()


@pytest.mark.parametrize(
    ("host", "proxy"),
    [
        ("a.example", "p"),
        ("internal", ""),
        ("a.internal", ""),
        ("notinternal", "p"),
        ("localhost", ""),
        ("127.0.0.1", ""),
    ],
)
def test_which_hosts_are_called_directly(host: str, proxy: str):
    assert Proxies(http="p", no_proxy=("localhost", "127.0.0.1", " .internal ", "")).of("http", host) == proxy
    assert Proxies(http="p", no_proxy=("*",)).of("http", host) == ""


async def test_calls_at_the_same_time_do_not_wait_for_one_another(site: Site, egress: HttpEgress):
    answers = await asyncio.gather(*(egress.send(HttpCall(method="GET", url=f"{site.url}/{n}")) for n in range(50)))
    assert {answer.status for answer in answers} == {200}


async def test_no_call_searches_for_a_package_that_is_not_there(site: Site, egress: HttpEgress):
    await egress.send(HttpCall(method="GET", url=site.url))
    searched: list[str] = []

    class Watch:
        def find_spec(self, name: str, path: object = None, target: object = None) -> None:
            searched.append(name)

    watch = Watch()
    sys.meta_path.insert(0, watch)
    try:
        await egress.send(HttpCall(method="GET", url=site.url))
    finally:
        sys.meta_path.remove(watch)
    assert searched == []


async def test_user_and_password_of_an_address_are_sent_as_a_header(site: Site, egress: HttpEgress):
    await egress.send(HttpCall(method="GET", url=f"http://mary:p%40ss@127.0.0.1:{site.port}/"))
    assert site.headers()["authorization"] == "Basic " + base64.b64encode(b"mary:p@ss").decode()
    await egress.send(
        HttpCall(method="GET", url=f"http://mary:x@127.0.0.1:{site.port}/", headers=(("Authorization", "own"),))
    )
    assert site.headers()["authorization"] == "own"
    assert "mary" not in site.headers()["host"]


async def test_what_one_answer_sets_is_not_sent_with_the_next_call(site: Site, egress: HttpEgress):
    site.answer = b"HTTP/1.1 200 OK\r\nset-cookie: a=b\r\ncontent-length: 2\r\n\r\nok"
    for _ in range(2):
        await egress.send(HttpCall(method="GET", url=site.url))
    assert "cookie" not in site.headers()
