"""Can a header move a link, an address or a session to somebody else? (T-07, T-08; security.md §2.35)"""

from collections.abc import AsyncIterator

import msgspec
import pytest

from doubles.http_house import PUBLIC, TOKEN, HttpHouse, ask
from limen.http.application import Application
from limen.http.cross_port import to_admin
from limen.http.respond import json_response
from limen.http.routes import Route
from limen.kernel.http_values import Request, Response
from limen.storage import open_storage

FORGED = {
    "host": "evil.test",
    "x-forwarded-host": "evil.test",
    "x-forwarded-proto": "https",
    "x-forwarded-port": "666",
    "x-forwarded-prefix": "/evil",
    "x-original-url": "/evil",
    "x-rewrite-url": "/evil",
    "x-http-method-override": "DELETE",
    "forwarded": "for=6.6.6.6;host=evil.test;proto=https",
    "x-forwarded-for": "6.6.6.6",
    "true-client-ip": "6.6.6.6",
    "x-real-ip": "6.6.6.6",
    "cf-connecting-ip": "6.6.6.6",
    "cf-ipcity": "Evilville",
}


@pytest.fixture
async def house() -> AsyncIterator[HttpHouse]:
    storage = await open_storage("memory")
    yield HttpHouse(storage)
    await storage.close()


@pytest.fixture
def application(house: HttpHouse) -> Application:
    async def told(request: Request) -> Response:
        scope = await house.doorway.scope(request)
        return json_response([request.method, request.url, request.secure, scope.visitor.ip, scope.visitor.location])

    table = {**to_admin(house.source), "/told": {"GET": Route(told)}}
    return house.application(table)


@pytest.mark.covers("SESS-19", "CFG-10")
async def test_nothing_of_a_stranger_is_believed(house: HttpHouse, application: Application) -> None:
    house.config = msgspec.structs.replace(house.config, dev=False)
    for peer in ("192.0.2.7", "127.0.0.1"):
        answer = await ask(application, "GET", "/told?x=1", FORGED, peer=peer)
        assert answer.value() == ["GET", f"{PUBLIC}/told?x=1", False, peer, ""]
        assert "evil" not in repr(answer.headers)


@pytest.mark.covers("SESS-19")
async def test_a_trusted_proxy_is_believed_about_the_client_and_nothing_else(
    house: HttpHouse, application: Application
) -> None:
    public = msgspec.structs.replace(house.config.serve.public, trusted_proxies=("10.0.0.0/8",))
    house.config = msgspec.structs.replace(
        house.config, serve=msgspec.structs.replace(house.config.serve, public=public)
    )
    answer = await ask(application, "GET", "/told", FORGED, peer="10.0.0.1")
    assert answer.value() == ["GET", f"{PUBLIC}/told", False, "6.6.6.6", "Evilville"]


@pytest.mark.covers("HTTP-90")
async def test_redirects_go_to_configured_addresses(house: HttpHouse, application: Application) -> None:
    for path in ("/identities", "//identities"):
        location = (await ask(application, "GET", path, FORGED)).header("location") or ""
        assert "evil" not in location
        assert location.startswith(("http://ops.test:4434/", PUBLIC))


@pytest.mark.covers("SESS-04")
async def test_a_session_is_not_taken_from_where_caches_and_logs_see_it(house: HttpHouse) -> None:
    await house.sign_in()
    request = Request(method="GET", path="/", query_string=f"session_token={TOKEN}&X-Session-Token={TOKEN}")
    assert (await house.doorway.scope(request)).session is None
    shown = msgspec.structs.replace(request, headers=(("x-session-token", TOKEN),))
    assert (await house.doorway.scope(shown)).session is not None
