"""Are cookies written as browsers want them, and read whatever they send?"""

from datetime import timedelta
from http.cookies import SimpleCookie

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.entropy import SeededEntropy
from doubles.http_house import CONFIG, NOW, TOKEN, a_session, somebody
from doubles.sealing import PlainSealing
from limen.config.cookies import CookiesConfig, CookieShape
from limen.config.session import SessionConfig, SessionCookieConfig
from limen.domain.session.session import IssuedSession
from limen.http import cookies
from limen.kernel.http_values import Request

ISSUED = IssuedSession(session=a_session(), identity=somebody(), token=TOKEN)
replace = msgspec.structs.replace


def held(*headers: str) -> dict[str, str]:
    return cookies.parsed(Request(method="GET", path="/", headers=tuple(("cookie", header) for header in headers)))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ((), {}),
        (("a=1; b=2",), {"a": "1", "b": "2"}),
        (("a=1", "b=2"), {"a": "1", "b": "2"}),
        (("a=1; a=2",), {"a": "1"}),
        (('a="quoted"',), {"a": "quoted"}),
        (("a=x=y==",), {"a": "x=y=="}),
        (("a; =b; ; c=",), {"c": ""}),
        (("a=1;b=2",), {"a": "1", "b": "2"}),
    ],
)
def test_cookies_are_read_by_name(headers: tuple[str, ...], expected: dict[str, str]) -> None:
    assert held(*headers) == expected


@given(st.text(max_size=100))
def test_no_cookie_header_is_an_accident(header: str) -> None:
    assert all(name for name in held(header))


@pytest.mark.covers("NEGO-07")
@pytest.mark.parametrize(
    ("header", "foreign"),
    [("", False), ("__cf_bm=1; _cfuvid=2; cf_clearance=3", False), ("__cf_bm=1; theirs=2", True), ("xcf_=1", True)],
)
def test_cookies_of_a_known_proxy_do_no_harm(header: str, foreign: bool) -> None:
    assert cookies.foreign(held(header)) is foreign


@pytest.mark.covers("SESS-05", "SESS-06", "SESS-07", "SEED0-09")
def test_the_session_cookie_lives_as_long_as_its_session() -> None:
    written = cookies.session_cookie(CONFIG, PlainSealing(), SeededEntropy(), ISSUED, NOW + timedelta(hours=1))
    name, _, rest = written.partition("=")
    value, *attributes = rest.split("; ")
    assert name == "ory_kratos_session"
    assert attributes == [
        "Path=/",
        "Expires=Wed, 02 Jan 2030 12:00:00 GMT",
        "Max-Age=82800",
        "HttpOnly",
        "SameSite=Lax",
    ]
    assert TOKEN not in written
    opened = cookies.opened(CONFIG, PlainSealing(), value)
    assert opened is not None
    assert (opened.session_token, len(opened.nonce)) == (TOKEN, 8)


@pytest.mark.covers("SESS-06")
def test_the_operator_shapes_the_session_cookie() -> None:
    own = SessionCookieConfig(name="who", domain="a.test", path="/x", same_site="Strict", persistent=False, secure=True)
    config = replace(CONFIG, session=SessionConfig(cookie=own))
    written = cookies.session_cookie(config, PlainSealing(), SeededEntropy(), ISSUED, NOW)
    assert written.startswith("who=")
    assert written.split("; ")[1:] == ["Path=/x", "Domain=a.test", "HttpOnly", "Secure", "SameSite=Strict"]
    assert (
        cookies.session_cookie_gone(config)
        == "who=ended; Path=/x; Domain=a.test; Max-Age=0; HttpOnly; Secure; SameSite=Strict"
    )


def test_a_session_that_ended_gives_no_negative_life() -> None:
    written = cookies.session_cookie(CONFIG, PlainSealing(), SeededEntropy(), ISSUED, NOW + timedelta(days=9))
    assert "Max-Age=0;" in written


@pytest.mark.covers("SESS-07")
def test_only_what_was_sealed_here_is_opened() -> None:
    sealing = PlainSealing()
    name, secrets = CONFIG.session.cookie.name, CONFIG.secrets.cookie
    for value in ("", "garbage", sealing.seal(secrets, "other", b"{}"), sealing.seal(["x" * 16], name, b"{}")):
        assert cookies.opened(CONFIG, sealing, value) is None
    for payload in (b"{}", b"[]", b"\xff", b'{"session_token": 1}'):
        assert cookies.opened(CONFIG, sealing, sealing.seal(secrets, name, payload)) is None


@pytest.mark.covers("SEC-01")
def test_the_anti_csrf_cookie_is_named_after_the_server() -> None:
    name = cookies.csrf_cookie_name("http://id.test:4433")
    assert name.startswith("csrf_token_")
    assert len(name) == len("csrf_token_") + 64
    assert name == cookies.csrf_cookie_name("http://id.test:4433/")
    assert name != cookies.csrf_cookie_name("http://id.test:4434")


@pytest.mark.covers("SEC-01")
@pytest.mark.parametrize(
    ("shape", "attributes"),
    [
        (CookiesConfig(), ["Path=/", "Max-Age=31536000", "HttpOnly", "SameSite=Lax"]),
        (CookiesConfig(same_site="None"), ["Path=/", "Max-Age=31536000", "HttpOnly", "SameSite=Lax"]),
        (
            CookiesConfig(same_site="None", secure=True),
            ["Path=/", "Max-Age=31536000", "HttpOnly", "Secure", "SameSite=None"],
        ),
        (
            CookiesConfig(domain="a.test", path="/p"),
            ["Path=/p", "Domain=a.test", "Max-Age=31536000", "HttpOnly", "SameSite=Lax"],
        ),
    ],
)
def test_the_anti_csrf_cookie_follows_the_general_shape(shape: CookiesConfig, attributes: list[str]) -> None:
    written = cookies.csrf_cookie(replace(CONFIG, cookies=shape), "dG9rZW4=")
    assert written.split("; ")[1:] == attributes


def test_a_written_cookie_is_one_that_others_read() -> None:
    shape = CookieShape(domain="a.test", path="/", secure=True, same_site="Lax")
    (morsel,) = SimpleCookie(cookies.written("n", "v", shape, max_age=5, expires=NOW)).values()
    assert (morsel.key, morsel.value, morsel["max-age"], morsel["domain"]) == ("n", "v", "5", "a.test")
    assert morsel["expires"] == "Tue, 01 Jan 2030 12:00:00 GMT"
