"""Where may people be sent afterwards? Only where the operator said, however the address is written (FLOW-13, SEC-10, SEC-11)."""

import pytest

from limen.app.scope import Client
from play import ADA, EACH, EACH_WEB, built
from play_config import ALLOWED, PASSWORD, PUBLIC, UI, after, flows, merged

KINDS = pytest.mark.parametrize("kind", ["login", "registration"])

ALLOWED_ADDRESSES = [
    UI,
    f"{UI}/",
    f"{UI}/deep/er?x=1&y=2#top",
    f"{UI}?x=1",
    "HTTP://APP.TEST/upper",
    "http://app.test:80/same-port",
    f"{ALLOWED}/inside",
    f"{ALLOWED}/inside/",
    f"{ALLOWED}/inside/further?x=1",
    "https://one.wild.test/",
    "https://one.two.wild.test/x",
    f"{PUBLIC}/self-service/login/browser",
    f"{PUBLIC}/self-service/settings/browser?x=1",
]
TRICKS = [
    "https://evil.test/",
    "//evil.test/",
    "///evil.test/",
    "http:evil.test",
    "http:/evil.test",
    r"http:\\evil.test",
    r"http://app.test\@evil.test/",
    r"\\evil.test",
    "/\\evil.test",
    "http://app.test@evil.test/",
    "http://user@app.test/",
    "http://user:pw@app.test/",
    "http://app.test.evil.test/",
    "http://evil.test/app.test",
    "http://evil.test#app.test",
    "http://evil.test?app.test",
    "https://app.test/",
    "http://app.test:8080/",
    "http://app.test:x/",
    "http://app.test./",
    "http://xapp.test/",
    f"{ALLOWED}/",
    f"{ALLOWED}/insider",
    f"{ALLOWED}/outside",
    f"{ALLOWED}/inside/../outside",
    f"{ALLOWED}/inside/./../outside",
    f"{ALLOWED}/inside/%2e%2e/outside",
    f"{ALLOWED}/inside%2f..%2foutside",
    f"{ALLOWED}/inside/..\\outside",
    "https://wild.test/",
    "https://evilwild.test/",
    "http://one.wild.test/",
    "javascript:alert(1)",
    "JaVaScRiPt://app.test/%0aalert(1)",
    "data:text/html,x",
    "ftp://app.test/",
    "http://app.test/\r\nset-cookie: a=b",
    "http://app.test/ x",
    "\thttp://app.test/",
    " http://app.test/",
    "http://[::1/",
    "http://",
    "app.test",
    "relative/path",
    f"{PUBLIC}/admin/identities",
    f"{PUBLIC}/self-service-evil/",
    "http://house.test.evil.test/self-service/login/browser",
    "http://app.test\x00.evil.test/",
    "http://\u0430pp.test/",
]


@EACH
@KINDS
@pytest.mark.covers("FLOW-13", "SEC-10")
async def test_where_people_may_be_sent(client: Client, kind: str) -> None:
    visitor = (await built()).visitor(client)
    for address in ALLOWED_ADDRESSES:
        form = await visitor.start(kind, return_to=address)
        assert form.wire["return_to"] == address


@EACH
@KINDS
@pytest.mark.covers("FLOW-13", "SEC-10", "SEC-12", "FLOW-10")
async def test_where_nobody_is_sent(client: Client, kind: str) -> None:
    visitor = (await built()).visitor(client)
    for address in TRICKS:
        outcome = await visitor.begin(kind, return_to=address)
        assert outcome.error_id == "self_service_flow_return_to_forbidden", address
        assert outcome.answer.status == (303 if client is Client.BROWSER else 400)
        assert "evil.test" not in outcome.answer.location


@EACH_WEB
@KINDS
@pytest.mark.covers("SEC-11")
async def test_the_configured_address_is_used_though_it_cannot_be_asked_for(client: Client, kind: str) -> None:
    home = "https://home.test/start"
    over = merged(after("registration"), {"selfservice": {"default_browser_return_url": home}})
    visitor = (await built(over)).visitor(client)
    asked = await visitor.begin(kind, return_to=home)
    assert asked.error_id == "self_service_flow_return_to_forbidden"
    signed_up = await visitor.sign_up(ADA)
    assert signed_up.went_to == home
    if kind == "login":
        assert (await visitor.sign_in(ADA)).went_to == home


@EACH_WEB
@pytest.mark.covers("FLOW-13", "SEED1-05")
async def test_a_path_alone_is_below_the_default_address(client: Client) -> None:
    visitor = (await built()).visitor(client)
    form = await visitor.start("registration", return_to="/inside?x=1")
    outcome = await visitor.submit(form, method="password", password=PASSWORD, traits={"email": ADA})
    assert outcome.went_to == f"{UI}/inside?x=1"


@EACH_WEB
@KINDS
@pytest.mark.covers("FLOW-13")
async def test_the_wish_survives_mistakes(client: Client, kind: str) -> None:
    house = await built(after("registration"))
    await house.visitor().sign_up(ADA if kind == "login" else "other@house.test")
    visitor = house.visitor(client)
    form = await visitor.start(kind, return_to=f"{UI}/wish")
    again = (await visitor.submit(form, method="password", password="x", identifier=ADA)).shown
    assert again.wire["return_to"] == f"{UI}/wish"
    done = await visitor.submit(again, method="password", password=PASSWORD, identifier=ADA, traits={"email": ADA})
    assert done.went_to == f"{UI}/wish"


@pytest.mark.covers("SEC-12")
@pytest.mark.parametrize(
    ("entry", "address", "legacy", "fine"),
    [
        ("https://*.com", "https://evil.com/", False, False),
        ("https://*.co.uk", "https://evil.co.uk/", False, False),
        ("https://*.com", "https://evil.com/", True, True),
        ("https://*.wild.test", "https://a.wild.test/", False, True),
    ],
)
async def test_a_wildcard_that_strangers_could_match_is_none(
    entry: str, address: str, legacy: bool, fine: bool
) -> None:
    over = {
        "selfservice": {"allowed_return_urls": [entry]},
        "feature_flags": {"legacy_allow_insecure_origins": legacy},
    }
    outcome = await (await built(over)).visitor().begin("login", return_to=address)
    assert (outcome.form is not None) is fine


@EACH
@pytest.mark.covers("FLOW-13", "LOGIN-02")
async def test_a_bad_wish_is_refused_even_of_those_who_are_signed_in(client: Client) -> None:
    visitor = (await built(flows())).visitor(client)
    assert (await visitor.sign_up(ADA)).done
    outcome = await visitor.begin("login", return_to="https://evil.test/")
    assert outcome.error_id == "self_service_flow_return_to_forbidden"
