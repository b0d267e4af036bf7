"""Are listed origins told what they need, and all others nothing?"""

import msgspec
import pytest

from doubles.http_house import HttpHouse, ask
from limen.config.feature_flags import FeatureFlags
from limen.config.serve import Cors as CorsConfig
from limen.http.application import Application
from limen.http.cors import Cors, headers_allowed, origin_allowed
from limen.http.public.whoami import WhoAmI
from limen.http.respond import json_response
from limen.http.routes import Route
from limen.kernel.http_values import Request, Response

APP = "https://app.test"
LISTED = CorsConfig(enabled=True, allowed_origins=(APP, "https://*.wild.test"))
PREFLIGHT_VARY = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"


async def hello(request: Request) -> Response:
    return json_response("hello")


@pytest.fixture
def application(house: HttpHouse) -> Application:
    configure(house, LISTED)
    table = {"/hello": {"GET": Route(hello), "OPTIONS": Route(hello)}}
    whoami = WhoAmI(house.doorway, house.storage)
    return house.application(table, cors=Cors(house.source), hot_path="/sessions/whoami", hot=whoami)


def configure(house: HttpHouse, cors: CorsConfig, *, legacy: bool = False) -> None:
    serve = house.config.serve
    house.config = msgspec.structs.replace(
        house.config,
        serve=msgspec.structs.replace(serve, public=msgspec.structs.replace(serve.public, cors=cors)),
        feature_flags=FeatureFlags(legacy_allow_insecure_origins=legacy),
    )


def cors_headers(headers: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {name: value for name, value in headers if name.startswith("access-control") or name == "vary"}


async def preflight(application: Application, path: str, **more: str) -> dict[str, str]:
    asked = {"origin": APP, "access-control-request-method": "GET", **{k.replace("_", "-"): v for k, v in more.items()}}
    answer = await ask(application, "OPTIONS", path, asked)
    assert (answer.status, answer.body) == (204, b"")
    assert len([name for name, _ in answer.headers if name == "vary"]) == 1
    return cors_headers(answer.headers)


@pytest.mark.covers("HTTP-102", "SEED4-15")
@pytest.mark.parametrize(
    ("path", "status"), [("/hello", 200), ("/sessions/whoami", 401), ("/nowhere", 404), ("/a//b", 307)]
)
async def test_a_listed_origin_may_read_every_answer(application: Application, path: str, status: int) -> None:
    answer = await ask(application, "GET", path, {"origin": APP})
    assert answer.status == status
    assert cors_headers(answer.headers) == {
        "vary": "Origin",
        "access-control-allow-origin": APP,
        "access-control-expose-headers": "Content-Type",
        "access-control-allow-credentials": "true",
    }


@pytest.mark.covers("HTTP-102")
@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.test",
        "https://wild.test",
        "http://app.test",
        f"{APP}.evil.test",
        f"{APP}:8443",
        "null",
        "",
        "x" * 9999,
    ],
)
async def test_another_origin_is_told_nothing(application: Application, origin: str) -> None:
    assert cors_headers((await ask(application, "GET", "/hello", {"origin": origin})).headers) == {"vary": "Origin"}
    for path in ("/hello", "/sessions/whoami"):
        assert await preflight(application, path, origin=origin) == {"vary": PREFLIGHT_VARY}


@pytest.mark.covers("HTTP-102", "SEED4-15")
@pytest.mark.parametrize("path", ["/hello", "/sessions/whoami", "/nowhere"])
async def test_a_preflight_is_answered_for_every_address(house: HttpHouse, application: Application, path: str) -> None:
    configure(house, msgspec.structs.replace(LISTED, max_age=77))
    found = await preflight(
        application,
        path,
        access_control_request_method="PATCH",
        access_control_request_headers="content-type,x-session-token",
    )
    assert found == {
        "vary": PREFLIGHT_VARY,
        "access-control-allow-origin": APP,
        "access-control-allow-methods": "PATCH",
        "access-control-allow-headers": "content-type,x-session-token",
        "access-control-allow-credentials": "true",
        "access-control-max-age": "77",
    }


@pytest.mark.covers("HTTP-102")
async def test_a_preflight_for_what_is_not_listed_fails(application: Application) -> None:
    for more in (
        {"access_control_request_method": "TRACE"},
        {"access_control_request_method": "get"},
        {"access_control_request_headers": "x-unheard-of"},
        {"access_control_request_headers": "x-session-token, content-type"},  # no browser sends them unsorted
    ):
        assert await preflight(application, "/hello", **more) == {"vary": PREFLIGHT_VARY}


@pytest.mark.covers("HTTP-102")
async def test_options_without_the_question_is_an_ordinary_request(application: Application) -> None:
    answer = await ask(application, "OPTIONS", "/hello", {"origin": APP})
    assert (answer.status, answer.header("access-control-allow-origin")) == (200, APP)


async def test_a_preflight_can_be_passed_on(house: HttpHouse, application: Application) -> None:
    configure(house, msgspec.structs.replace(LISTED, options_passthrough=True))
    answer = await ask(application, "OPTIONS", "/hello", {"origin": APP, "access-control-request-method": "GET"})
    assert (answer.status, answer.body) == (200, b'"hello"')
    assert answer.header("vary") == PREFLIGHT_VARY
    assert answer.header("access-control-allow-methods") == "GET"
    who = await ask(application, "OPTIONS", "/sessions/whoami", {"origin": APP, "access-control-request-method": "GET"})
    assert (who.status, who.header("access-control-allow-origin")) == (401, APP)


@pytest.mark.covers("HTTP-102")
async def test_nothing_is_said_unless_it_is_switched_on(house: HttpHouse, application: Application) -> None:
    configure(house, msgspec.structs.replace(LISTED, enabled=False))
    asked = {"origin": APP, "access-control-request-method": "GET"}
    for method in ("GET", "OPTIONS"):
        answer = await ask(application, method, "/sessions/whoami", asked)
        assert (answer.status, cors_headers(answer.headers)) == (401, {})


@pytest.mark.covers("CFG-04")
async def test_origins_change_while_the_server_runs(house: HttpHouse, application: Application) -> None:
    other = "https://other.test"
    assert (await ask(application, "GET", "/hello", {"origin": other})).header("access-control-allow-origin") is None
    configure(house, msgspec.structs.replace(LISTED, allowed_origins=(other,)))
    assert (await ask(application, "GET", "/hello", {"origin": other})).header("access-control-allow-origin") == other
    assert (await ask(application, "GET", "/hello", {"origin": APP})).header("access-control-allow-origin") is None


async def test_without_credentials_and_exposed_headers_neither_is_promised(
    house: HttpHouse, application: Application
) -> None:
    configure(house, msgspec.structs.replace(LISTED, allow_credentials=False, exposed_headers=()))
    answer = await ask(application, "GET", "/hello", {"origin": APP})
    assert cors_headers(answer.headers) == {"vary": "Origin", "access-control-allow-origin": APP}


@pytest.mark.covers("SEC-12", "HTTP-102")
@pytest.mark.parametrize(
    ("entry", "origin", "allowed", "with_legacy"),
    [
        ("https://*.wild.test", "https://a.wild.test", True, True),
        ("https://*.wild.test", "https://a.b.wild.test", True, True),
        ("https://*.Wild.test", "https://A.wild.test", True, True),
        ("https://*.wild.test", "https://wild.test", False, False),
        ("https://*.wild.test", "http://a.wild.test", False, False),
        ("https://*.wild.test", "https://a.wild.test.evil.test", False, False),
        ("https://*.wild.test", "https://evil.test/.wild.test", False, False),
        ("https://*.wild.test", "https://evil@x.wild.test", False, False),
        ("https://*.wild.test", "https://a.wild.test:8443", False, False),
        ("https://*.wild.test:8443", "https://a.wild.test:8443", True, True),
        ("https://pr-*.wild.test", "https://pr-7.wild.test", True, True),
        ("https://*wild.test", "https://evilwild.test", False, True),
        ("https://*.com", "https://evil.com", False, True),
        ("https://*.co.uk", "https://evil.co.uk", False, True),
        ("https://*.vercel.app", "https://evil.vercel.app", False, True),
        ("https://*", "https://evil.test", False, True),
        ("http://localhost:*", "http://localhost:3000", False, True),
        ("https://app.*", "https://app.evil.test", False, True),
        ("*", "https://anybody.test", True, True),
        ("*", "null", False, False),
        ("null", "null", False, False),
    ],
)
def test_what_a_star_stands_for(entry: str, origin: str, allowed: bool, with_legacy: bool) -> None:
    assert origin_allowed((entry,), origin, legacy=False) is allowed
    assert origin_allowed((entry,), origin, legacy=True) is with_legacy


def test_an_empty_list_allows_nobody() -> None:
    assert not origin_allowed((), APP, legacy=True)


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        ((), True),
        (("",), True),
        (("content-type",), True),
        (("content-type, x-one",), True),
        (("content-type", "x-one"), True),
        (("x-one,content-type",), False),
        (("x-one,x-one",), False),
        (("X-One",), False),
        (("x-two",), False),
    ],
)
def test_which_headers_may_be_sent(asked: tuple[str, ...], allowed: bool) -> None:
    assert headers_allowed(("X-One", "Content-Type"), asked) is allowed
    assert headers_allowed(("*",), asked)
