"""Is each request led to its handler, and told what is missing otherwise?"""

import pytest

from doubles.http_house import PUBLIC, HttpHouse, ask
from limen.app.errors import SessionUnknown
from limen.http.application import Application
from limen.http.respond import json_response
from limen.http.routes import ANY, Errors, Route
from limen.kernel.http_values import Request, Response
from limen.ports.storage import StorageUnavailable


async def told(request: Request) -> Response:
    return json_response([request.method, request.path, dict(request.captured), request.query("q")])


async def broken(request: Request) -> Response:
    raise RuntimeError("the password is secret")


async def unknown(request: Request) -> Response:
    raise SessionUnknown("There is no such session.")


@pytest.fixture
def application(house: HttpHouse) -> Application:
    route = Route(told)
    table = {
        "/plain": {"GET": route, "POST": route},
        "/any": {ANY: route},
        "/things/fixed": {"GET": route},
        "/things/{id}": {"GET": route, "DELETE": route},
        "/files/{name:path}": {"GET": route},
        "/dotted.d/{id}/end": {"GET": route},
        "/broken": {"GET": Route(broken)},
        "/unknown": {"GET": Route(unknown)},
    }
    return house.application(table)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/plain?q=1", ["GET", "/plain", {}, "1"]),
        ("GET", "/plain/", ["GET", "/plain/", {}, ""]),
        ("POST", "/plain", ["POST", "/plain", {}, ""]),
        ("BREW", "/any", ["BREW", "/any", {}, ""]),
        ("GET", "/things/fixed", ["GET", "/things/fixed", {}, ""]),
        ("GET", "/things/7", ["GET", "/things/7", {"id": "7"}, ""]),
        ("GET", "/files/a/b", ["GET", "/files/a/b", {"name": "a/b"}, ""]),
        ("GET", "/dotted.d/7/end", ["GET", "/dotted.d/7/end", {"id": "7"}, ""]),
    ],
)
async def test_a_request_finds_its_handler(
    application: Application, method: str, path: str, expected: list[object]
) -> None:
    answer = await ask(application, method, path)
    assert (answer.status, answer.value()) == (200, expected)


@pytest.mark.covers("HTTP-92")
@pytest.mark.parametrize(
    "path",
    ["/", "/nowhere", "/PLAIN", "/things", "/things/", "/things/a/b", "/plain/x", "*", "/any.json", "/dottedXd/7/end"],
)
@pytest.mark.parametrize("accept", ["application/json", "text/html", "*/*"])
async def test_an_unknown_address_is_not_found_in_plain_text(application: Application, path: str, accept: str) -> None:
    answer = await ask(application, "GET", path, {"accept": accept})
    assert answer.status == 404
    assert answer.header("content-type") == "text/plain; charset=utf-8"


@pytest.mark.covers("HTTP-93")
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("PUT", "/plain", "GET, POST"), ("POST", "/things/7", "DELETE, GET"), ("OPTIONS", "/plain", "GET, POST")],
)
async def test_a_wrong_method_is_told_the_right_ones(
    application: Application, method: str, path: str, allowed: str
) -> None:
    answer = await ask(application, method, path)
    assert (answer.status, answer.header("allow")) == (405, allowed)


@pytest.mark.covers("HTTP-101")
async def test_head_answers_as_get_does_without_a_body(application: Application) -> None:
    whole, head = await ask(application, "GET", "/plain"), await ask(application, "HEAD", "/plain")
    assert (head.status, head.body) == (200, b"")
    assert head.header("content-type") == whole.header("content-type")
    assert head.header("content-length") is not None


@pytest.mark.covers("HTTP-101", "SEC-06")
@pytest.mark.parametrize("path", ["/plain", "/nowhere", "/broken", "/unknown"])
async def test_every_answer_carries_its_armour(application: Application, path: str) -> None:
    answer = await ask(application, "GET", path)
    assert answer.header("cache-control") == "private, no-cache, no-store, must-revalidate"
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("referrer-policy") == "no-referrer"
    assert answer.header("content-security-policy") == "default-src 'none'; frame-ancestors 'none'"
    assert answer.header("strict-transport-security") is None


@pytest.mark.covers("HTTP-107", "HTTP-108")
async def test_a_failure_tells_nothing_but_the_id_of_the_request(house: HttpHouse, application: Application) -> None:
    answer = await ask(application, "GET", "/broken", {"x-request-id": "mine"})
    error = answer.json()["error"]
    assert isinstance(error, dict)
    assert (answer.status, error["code"], error["request"]) == (500, 500, "mine")
    assert "secret" not in answer.body.decode() + repr(house.log.lines)
    assert house.log.events("error") == ["unexpected failure"]
    told = await ask(application, "GET", "/unknown")
    assert told.status == 404


async def test_without_a_database_browsers_get_an_answer_too(house: HttpHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(request: Request) -> Response:
        raise StorageUnavailable("The database is away.")

    monkeypatch.setattr(house.doorway, "scope", away)
    answer = await ask(
        house.application({"/page": {"GET": Route(away, Errors.NEGOTIATED)}}), "GET", "/page", {"accept": "text/html"}
    )
    assert (answer.status, answer.header("content-type")) == (503, "application/json; charset=utf-8")


async def test_too_many_query_parameters_are_the_clients_fault(application: Application) -> None:
    assert (await ask(application, "GET", "/plain?" + "a&" * 1001)).status == 400


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("//plain", "/plain"),
        ("/a//b///c/?x=1&y=//", "/a/b/c?x=1&y=//"),
        ("//evil.test/x", "/evil.test/x"),
        ("/\\evil.test//x", "/%5Cevil.test/x"),
        ("/a//\r\nset-cookie: x=y", "/a/%0D%0Aset-cookie%3A%20x%3Dy"),
        ("/a//ü", "/a/%C3%BC"),
    ],
)
async def test_doubled_slashes_lead_to_the_clean_address_of_this_server(
    application: Application, address: str, target: str
) -> None:
    answer = await ask(application, "GET", address)
    assert (answer.status, answer.header("location")) == (307, PUBLIC + target)
