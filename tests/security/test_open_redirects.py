"""Can somebody be sent to a stranger by an address of this server? `return_to` and what tries to get around its list (T-15, T-16)."""

from urllib.parse import urlsplit

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.http_house import CONFIG, PUBLIC
from limen.app.errors import ReturnToForbidden
from limen.app.flows.return_to import checked
from limen.config.feature_flags import FeatureFlags
from limen.config.model import Config
from limen.http.respond import redirect
from limen.kernel.urls import UnsafeUrl, parse_target

APP, UI = "https://app.conformance.test", "http://localhost:4455"
LIST = (f"{UI}/", APP, "https://narrow.test/cb", "https://*.wild.test/", "myapp://callback")

ALLOWED = [
    f"{APP}/x",
    f"{APP}/x?a=b&c=d#e",
    APP,
    UI,
    f"{UI}/deep/er",
    "https://APP.conformance.test/x",
    f"{APP}:443/x",
    f"{APP}/?next=https://evil.test/",
    f"{APP}/#https://evil.test/",
    f"{APP}//evil.test/",
    f"{APP}/%40evil.test",
    "https://narrow.test/cb",
    "https://narrow.test/cb/",
    "https://narrow.test/cb/deep?x=..%2f",
    "https://a.wild.test/",
    "https://a.b.wild.test/x",
    "myapp://callback/done",
    f"{PUBLIC}/self-service/settings/browser",
    f"{PUBLIC}/self-service/login/browser?refresh=true",
    f"{PUBLIC}/ui/welcome",
]
FORBIDDEN = [
    "https://evil.test/",
    "//evil.test/",
    "//evil.test/../app.conformance.test",
    "///evil.test",
    "////evil.test",
    "/\\evil.test",
    "/\\/evil.test",
    "/\t/evil.test",
    "\\\\evil.test",
    "https:\\\\evil.test",
    "http:\\\\evil.test",
    "http:evil.test",
    "http:/evil.test",
    "http:///evil.test",
    "https:///cb",
    "https:app.conformance.test",
    "evil.test",
    "evil",
    "?x",
    "#x",
    "https://app.conformance.test.evil.test/",
    "https://app.conformance.test-evil.test/",
    "https://evil.test/app.conformance.test",
    "https://evilapp.conformance.test/",
    "https://app.conformance.test@evil.test/",
    "https://evil.test@app.conformance.test/",
    "https://user@app.conformance.test/",
    "https://:pw@app.conformance.test/",
    "https://evil.test\\@app.conformance.test/",
    "https://evil.test#@app.conformance.test/",
    "https://evil.test?@app.conformance.test/",
    "https://evil.test/?https://app.conformance.test/",
    "https://evil.test/#https://app.conformance.test/",
    "https://evil.test;app.conformance.test/",
    "https://app.conformance.test;evil.test/",
    "https://app.conformance.test&evil.test/",
    "https://app.conformance.test,evil.test/",
    "http://app.conformance.test/x",
    "https://app.conformance.test:8443/x",
    "https://app.conformance.test:99999/x",
    "https://app.conformance.test:x/",
    "https://sub.app.conformance.test/",
    "https://conformance.test/",
    "https://app.conformance.test./",
    "https://localhost:4455/",
    "http://localhost:4456/",
    "http://localhost:4455.evil.test/",
    "http://localhost/",
    "http://127.0.0.1:4455/",
    "http://[::1]:4455/",
    "http://0x7f.1:4455/",
    "javascript:alert(1)",
    "JavaScript://app.conformance.test/%0aalert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "vbscript:x",
    "data:text/html,hello",
    "data://app.conformance.test/",
    "blob:https://app.conformance.test/x",
    "file:///etc/passwd",
    "about:blank",
    "ftp://app.conformance.test/",
    "https://app.conformance.test%00.evil.test",
    "https://app.conformance.test%2eevil.test",
    "https://app.conformance.test%2f@evil.test",
    "https://app.conformance.test\t.evil.test/",
    "https://app.conformance.test\n.evil.test/",
    "https://app.conformance.test /",
    "https://app.conformance.test/\r\nset-cookie: a=b",
    "https://app.conformance.test/\x00",
    "https://app.conformance.test/\x85",
    "https://app.conformance.test/a\\b",
    "https://app.conformance.test/../x",
    "https://app.conformance.test/%2e%2e/x",
    "https://app.conformance.test/a%2f..%2fb",
    "https://app.conformance.test/a%5c..%5cb",
    "https://app.conformance.test/%0d%0aset-cookie:x",
    "https://\u0430pp.conformance.test/",
    "https://app\u3002conformance.test/",
    "https://xn--pp-8cd.conformance.test/",
    "https://\uff41pp.conformance.test/",
    "https://narrow.test/",
    "https://narrow.test/cbevil",
    "https://narrow.test/cb/../admin",
    "https://narrow.test/cb/%2e%2e/admin",
    "https://narrow.test/cb%2f..%2fadmin",
    "https://narrow.test/CB",
    "https://narrow.test/./cb",
    "https://wild.test/",
    "https://.wild.test/",
    "https://a.wild.test.evil.test/",
    "https://evilwild.test/",
    "https://x@a.wild.test/",
    "https://a.wild.test:8443/",
    "https://*.wild.test/",
    "myapp://other/",
    "myapp:callback",
    f"{PUBLIC}/",
    f"{PUBLIC}/anything",
    f"{PUBLIC}/sessions/whoami",
    f"{PUBLIC}/self-serviceevil",
    f"{PUBLIC}/self-service/../x",
    f"{PUBLIC}/self-service/../../x",
    "http://id.test/self-service/login/browser",
    "%2f%2fevil.test",
    "/%2f%2fevil.test",
    "/%5cevil.test",
    "/..//evil.test",
]


def configured(*entries: str, legacy: bool = False, home: str = f"{UI}/") -> Config:
    selfservice = msgspec.structs.replace(
        CONFIG.selfservice, default_browser_return_url=home, allowed_return_urls=entries or LIST
    )
    flags = FeatureFlags(legacy_allow_insecure_origins=legacy)
    return msgspec.structs.replace(CONFIG, selfservice=selfservice, feature_flags=flags)


@pytest.mark.covers("SEC-10", "FLOW-13")
@pytest.mark.parametrize("target", ALLOWED)
def test_a_listed_address_is_kept_as_it_was_asked_for(target: str) -> None:
    assert checked(configured(), target) == target


@pytest.mark.covers("SEC-10", "SEC-11")
@pytest.mark.parametrize("target", FORBIDDEN)
@pytest.mark.parametrize("legacy", [False, True])
def test_an_address_that_leads_elsewhere_is_refused(target: str, legacy: bool) -> None:
    with pytest.raises(ReturnToForbidden):
        checked(configured(legacy=legacy), target)


@pytest.mark.covers("FLOW-13")
@pytest.mark.parametrize("nothing", ["", "[object Object]"])
def test_no_wish_is_no_address(nothing: str) -> None:
    assert checked(configured(), nothing) == ""


@pytest.mark.covers("SEC-10", "SEC-11")
def test_an_address_without_a_host_stays_at_home() -> None:
    assert checked(configured(), "/welcome?x=1") == f"{UI}/welcome?x=1"
    with pytest.raises(ReturnToForbidden):
        checked(configured("https://other.test/"), "/welcome")
    with pytest.raises(ReturnToForbidden):
        checked(configured(home=""), "/welcome")


@pytest.mark.covers("SEC-12")
@pytest.mark.parametrize(
    ("entry", "target", "allowed", "with_legacy"),
    [
        ("https://*.wild.test/", "https://a.wild.test/", True, True),
        ("https://*.wild.test:8443/", "https://a.wild.test:8443/", True, True),
        ("https://*.com/", "https://evil.com/", False, True),
        ("https://*.co.uk/", "https://evil.co.uk/", False, True),
        ("https://*.vercel.app/", "https://evil.vercel.app/", False, True),
        ("https://*.mine.vercel.app/", "https://a.mine.vercel.app/", True, True),
        ("https://*wild.test/", "https://evilwild.test/", False, False),
        ("https://app.*/", "https://app.evil.test/", False, False),
        ("https://*/", "https://evil.test/", False, False),
        ("*", "https://evil.test/", False, False),
        ("https://plain.test/*", "https://plain.test/*", True, True),
    ],
)
def test_a_wildcard_that_strangers_can_match_does_not_count(
    entry: str, target: str, allowed: bool, with_legacy: bool
) -> None:
    for legacy, expected in ((False, allowed), (True, with_legacy)):
        try:
            assert checked(configured(entry, legacy=legacy), target) == target
            found = True
        except ReturnToForbidden:
            found = False
        assert found is expected


@given(st.text(max_size=60))
def test_whatever_is_asked_for_the_host_is_a_listed_one(text: str) -> None:
    for target in (
        text,
        f"https://{text}",
        f"{APP}{text}",
        f"{APP}/{text}",
        f"//{text}",
        f"/{text}",
        f"https://{text}@app.conformance.test/",
    ):
        try:
            found = checked(configured(), target)
        except ReturnToForbidden:
            continue
        if found:
            host = urlsplit(found).hostname or ""
            assert host in {"app.conformance.test", "localhost", "narrow.test", "callback", "id.test"} or host.endswith(
                ".wild.test"
            )
            assert "\\" not in found
            assert not any(ord(letter) <= 0x20 or 0x7F <= ord(letter) <= 0x9F for letter in found)
            assert dict(redirect(found).headers)["location"].isprintable()


@given(st.text(max_size=40))
def test_an_address_is_parsed_or_refused_and_nothing_else(text: str) -> None:
    for candidate in (text, f"https://{text}/", f"https://a.test/{text}", f"{text}://a.test/"):
        try:
            target = parse_target(candidate)
        except UnsafeUrl:
            continue
        assert target.host == target.host.lower()
        assert ".." not in target.segments
