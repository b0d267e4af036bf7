"""Are requests that belong to the other listener sent there, whole and only there?"""

import msgspec
import pytest

from doubles.http_house import ADMIN, PUBLIC, HttpHouse, ask
from limen.http.application import Application
from limen.http.cross_port import admin_path, to_admin, to_public


@pytest.fixture
def public(house: HttpHouse) -> Application:
    return house.application(to_admin(house.source))


@pytest.fixture
def admin(house: HttpHouse) -> Application:
    return house.application(to_public(house.source), base_url=ADMIN, rewritten=admin_path)


@pytest.mark.covers("HTTP-83")
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/identities", "/admin/identities"),
        ("/admin/identities", "/admin/identities"),
        ("/admin", "/admin"),
        ("/", "/admin/"),
        ("/administrators", "/admin/administrators"),
        ("/sessions/admin", "/admin/sessions/admin"),
    ],
)
def test_the_admin_port_does_not_need_its_prefix(path: str, expected: str) -> None:
    assert admin_path(path) == expected


@pytest.mark.covers("HTTP-90")
@pytest.mark.parametrize(
    ("method", "path", "target"),
    [
        ("GET", "/identities?page_size=1", "/admin/identities?page_size=1"),
        ("POST", "/identities", "/admin/identities"),
        ("PUT", "/identities/some-id", "/admin/identities/some-id"),
        ("PATCH", "/identities/some-id", "/admin/identities/some-id"),
        ("DELETE", "/identities/some-id", "/admin/identities/some-id"),
        ("GET", "/identities/by/external/a b", "/admin/identities/by/external/a%20b"),
        ("DELETE", "/identities/some-id/sessions", "/admin/identities/some-id/sessions"),
        ("DELETE", "/identities/some-id/credentials/totp", "/admin/identities/some-id/credentials/totp"),
        ("GET", "/admin/identities", "/admin/identities"),
        (
            "GET",
            "/admin/identities/some-id?include_credential=oidc",
            "/admin/identities/some-id?include_credential=oidc",
        ),
        (
            "GET",
            "/admin/courier/messages?status=sent&recipient=a%40b",
            "/admin/courier/messages?status=sent&recipient=a%40b",
        ),
        ("POST", "/recovery/link", "/admin/recovery/link"),
        ("POST", "/recovery/code", "/admin/recovery/code"),
    ],
)
async def test_an_admin_request_on_the_public_port_goes_to_the_admin_port(
    public: Application, method: str, path: str, target: str
) -> None:
    answer = await ask(public, method, path, {"host": "evil.test", "x-forwarded-host": "evil.test"}, body=b"{}")
    assert (answer.status, answer.header("location"), answer.body) == (307, ADMIN + target, b"")


@pytest.mark.covers("HTTP-90", "SEC-20", "HTTP-93")
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/admin/sessions", 404),
        ("GET", "/admin/identities/some-id/sessions", 404),
        ("GET", "/recovery/code", 405),
        ("POST", "/admin/recovery/code", 404),
        ("GET", "/courier/messages", 404),
        ("DELETE", "/admin/identities", 405),
        ("PATCH", "/identities", 405),
        ("GET", "/version", 404),
    ],
)
async def test_other_admin_requests_are_not_known_there(
    public: Application, method: str, path: str, status: int
) -> None:
    answer = await ask(public, method, path)
    assert answer.status == status
    assert answer.header("location") is None


@pytest.mark.covers("HTTP-91")
@pytest.mark.parametrize("prefix", ["", "/admin"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/self-service/login/browser?return_to=x&refresh=true"),
        ("GET", "/self-service/registration/api"),
        ("GET", "/self-service/recovery/flows?id=some-id"),
        ("POST", "/self-service/verification?flow=some-id"),
        ("GET", "/self-service/settings/browser"),
        ("GET", "/self-service/logout/browser"),
        ("GET", "/self-service/logout?token=t"),
        ("DELETE", "/self-service/logout/api"),
        ("GET", "/self-service/errors?id=some-id"),
        ("GET", "/sessions/whoami"),
        ("DELETE", "/sessions"),
        ("GET", "/schemas"),
        ("GET", "/schemas/default"),
        ("GET", "/schemas/a/b"),
    ],
)
async def test_a_public_request_on_the_admin_port_goes_to_the_public_port(
    admin: Application, prefix: str, method: str, path: str
) -> None:
    answer = await ask(admin, method, prefix + path, {"host": "evil.test"})
    assert (answer.status, answer.header("location")) == (307, PUBLIC + path)


@pytest.mark.covers("CFG-10")
async def test_addresses_follow_the_configured_base_url(
    house: HttpHouse, public: Application, admin: Application
) -> None:
    serve = house.config.serve
    serve = msgspec.structs.replace(
        serve,
        public=msgspec.structs.replace(serve.public, base_url="https://id.example/auth"),
        admin=msgspec.structs.replace(serve.admin, base_url="https://ops.example/id"),
    )
    house.config = msgspec.structs.replace(house.config, serve=serve)
    assert (await ask(admin, "GET", "/schemas")).header("location") == "https://id.example/auth/schemas"
    assert (await ask(public, "GET", "/identities")).header("location") == "https://ops.example/id/admin/identities"


@pytest.mark.parametrize(
    "path", ["/identities/\r\nset-cookie: a=b", "/identities/@evil.test", "/identities/..;x", "/identities/é"]
)
async def test_no_path_leaves_the_other_listener(public: Application, path: str) -> None:
    location = (await ask(public, "GET", path)).header("location") or ""
    assert location.startswith(f"{ADMIN}/admin/identities/")
    assert location.isascii()
    assert location.isprintable()
    assert " " not in location
