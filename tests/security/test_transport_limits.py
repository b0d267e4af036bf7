"""What does the running server say to whoever sends too much, too slowly, or what is no request? (HTTP-103, HTTP-104)"""

import json

import pytest

from server.person import Person, address
from server.raw import Line, RawAnswer, exchange, read, request
from server.running import RunningServer

JSON = (b"content-type", b"application/json")
ACCEPT = (b"accept", b"application/json")
KILOBYTE, MEGABYTE = 1024, 1024 * 1024


@pytest.fixture
def login(limen: RunningServer) -> str:
    """Where a login flow that is open is sent to."""
    with Person(limen.public) as person:
        return f"/self-service/login?flow={person.start('login').json()['id']}"


def sent(server: RunningServer, target: str, body: bytes, *headers: tuple[bytes, bytes]) -> RawAnswer:
    return exchange(server.public_port, request("POST", target, body, *(headers or (JSON, ACCEPT))))


@pytest.mark.covers("HTTP-103")
@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (request("GET", "/health/alive", b"", (b"x-large", b"a" * 100 * KILOBYTE)), 431),
        (request("GET", "/health/alive", b"", *[(b"x-many", b"a")] * 200), 431),
        (request("GET", "/health/alive?" + "a" * 20 * KILOBYTE), 414),
        (request("GET", "/health/alive", b"", (b"bad name", b"a")), 400),
        (request("GET", "/health/ alive"), 400),
        (b"GET /health/alive HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n", 400),
        (b"POST /health/alive HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST /health/alive HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ],
    ids=[
        "large-header", "many-headers", "long-address", "header-name", "space-in-address", "length", "two-lengths", "chunk", "tls",
        "http2",
    ],
)  # fmt: skip
def test_what_is_too_much_or_no_request_is_refused(limen: RunningServer, raw: bytes, status: int) -> None:
    answer = exchange(limen.public_port, raw)
    assert answer.status == status
    assert answer.body.count(b"\n") == 1


@pytest.mark.covers("HTTP-103")
def test_a_form_of_a_megabyte_is_too_large(limen: RunningServer, login: str) -> None:
    for body in (b"x" * MEGABYTE, json.dumps({"method": "password", "password": "x" * MEGABYTE}).encode()):
        answer = sent(limen, login, body)
        assert answer.status == 413
        assert answer.json()["error"]["code"] == 413


@pytest.mark.covers("HTTP-103")
def test_a_body_of_six_megabytes_is_too_large_for_operators_too(limen: RunningServer) -> None:
    answer = exchange(limen.admin_port, request("POST", "/admin/identities", b"{" + b" " * 6 * MEGABYTE + b"}", JSON))
    assert answer.status == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"{}x",
        b'{"method":"password","method":"password"}',
        b'{"method":NaN}',
        b'{"method":"\xff\xfe"}',
        b'{"method":"\\ud800"}',
        b'{"method":"\\u0000"}',
        b'{"a":' * 50_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"method":"password","identifier":' + b"9" * 5000 + b"}",
    ],
    ids=[
        "empty", "cut", "null", "list", "text", "tail", "doubled", "nan", "octets", "surrogate", "nul", "deep-objects", "deep-lists",
        "long-number",
    ],
)  # fmt: skip
def test_a_body_that_is_no_form_is_a_message_in_the_form(limen: RunningServer, login: str, body: bytes) -> None:
    answer = sent(limen, login, body)
    assert answer.status == 400
    flow = answer.json()
    assert flow["ui"]["messages"][0]["type"] == "error"
    assert flow["ui"]["messages"][0]["id"]


@pytest.mark.parametrize(
    "fields",
    [
        {"method": 1},
        {"method": ["password"]},
        {"method": {"password": True}},
        {"method": "password", "identifier": {}, "password": []},
        {"method": "password", "identifier": True, "password": 7},
        {"method": "password", "identifier": None, "password": None},
        {"method": "password", "identifier": "a" * 5000, "password": "b" * 5000},
    ],
    ids=lambda fields: json.dumps(fields)[:40],
)
def test_values_of_another_type_are_a_message_in_the_form(limen: RunningServer, login: str, fields: object) -> None:
    answer = sent(limen, login, json.dumps(fields).encode())
    assert answer.status == 400
    assert answer.json()["ui"]["nodes"]


@pytest.mark.parametrize(
    "kind", [b"text/plain", b"multipart/form-data; boundary=x", b"application/xml", b"", b"\xff"], ids=repr
)
def test_other_kinds_of_body_are_a_message_in_the_form(limen: RunningServer, login: str, kind: bytes) -> None:
    answer = sent(limen, login, b'{"method":"password"}', (b"content-type", kind), ACCEPT)
    assert answer.status == 400
    assert answer.json()["ui"]["messages"][0]["type"] == "error"


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/ui/../sessions/whoami", 404),
        ("/ui/%2e%2e/%2e%2e/etc/passwd", 404),
        ("/ui/static/../../pages.py", 404),
        ("/ui/static/%2e%2e%2fpages.py", 404),
        ("/sessions/whoami/", 401),
        ("/sessions%2fwhoami", 401),
        ("/sessions/whoami%00", 405),
        ("/sessions/whoami;a=b", 405),
        ("/SESSIONS/WHOAMI", 404),
        ("/%ff%fe", 404),
        ("/" + "a/" * 500, 404),
    ],
)
def test_tricks_with_paths_lead_nowhere(limen: RunningServer, target: str, status: int) -> None:
    assert exchange(limen.public_port, request("GET", target, b"", ACCEPT)).status == status


def test_doubled_slashes_lead_to_the_clean_path_on_this_host(limen: RunningServer) -> None:
    for target, clean in {
        "//sessions/whoami?a=b%20c": "/sessions/whoami?a=b%20c",
        "//evil.test//x": "/evil.test/x",
        "/sessions///whoami": "/sessions/whoami",
    }.items():
        answer = exchange(limen.public_port, request("GET", target))
        assert (answer.status, answer.headers["location"]) == (307, limen.public + clean)


@pytest.mark.covers("HTTP-104")
@pytest.mark.slow
@pytest.mark.parametrize(
    "beginning",
    [b"GET /health/alive HTTP/1.1\r\nhost: a\r\n", b"POST /self-service/login HTTP/1.1\r\nhost: a\r\ncontent-le"],
)
def test_headers_that_do_not_end_are_given_up_on(limen: RunningServer, beginning: bytes) -> None:
    with Line(limen.public_port) as line:
        line.say(beginning)
        assert read(line.rest()).status == 408


def test_requests_sent_in_one_piece_are_answered_one_by_one(limen: RunningServer) -> None:
    with Line(limen.public_port) as line:
        one = b"GET /health/alive HTTP/1.1\r\nhost: a\r\n\r\n"
        line.say(one * 3 + request("GET", "/nowhere"))
        found = line.rest()
    assert (found.count(b"HTTP/1.1 200"), found.count(b"HTTP/1.1 404")) == (3, 1)


def test_after_all_of_it_people_can_sign_up(limen: RunningServer) -> None:
    with Person(limen.public) as person:
        assert person.sign_up(address()).status_code == 200
    assert "unexpected failure" not in limen.log
    assert "Exception" not in limen.log
