"""Are devices recognised and addresses harmless?"""

import pytest

from doubles.ui_desk import AGENTS
from limen.ui.addresses import origin_of, safe_link, safe_picture
from limen.ui.user_agent import DeviceKind, SeenDevice, recognise

ANDROID = "Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 (KHTML) Chrome/141.0 Mobile Safari/537.36"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML) Chrome/141.0 Safari/537.36 Edg/141.0"


@pytest.mark.parametrize(
    ("agent", "seen"),
    [
        (AGENTS[0], SeenDevice(DeviceKind.DESKTOP, "Chrome", "Linux")),
        (AGENTS[1], SeenDevice(DeviceKind.PHONE, "Safari", "iOS")),
        (AGENTS[2], SeenDevice(DeviceKind.DESKTOP, "Firefox", "Windows")),
        (AGENTS[3], SeenDevice(DeviceKind.PROGRAM, "python-httpx")),
        (ANDROID, SeenDevice(DeviceKind.PHONE, "Chrome", "Android")),
        (ANDROID.replace(" Mobile", ""), SeenDevice(DeviceKind.TABLET, "Chrome", "Android")),
        (EDGE, SeenDevice(DeviceKind.DESKTOP, "Edge", "Windows")),
        ("", SeenDevice(DeviceKind.UNKNOWN)),
        ("  /1", SeenDevice(DeviceKind.PROGRAM)),
        ("Mozilla/5.0", SeenDevice(DeviceKind.UNKNOWN)),
    ],
)
def test_devices(agent: str, seen: SeenDevice) -> None:
    assert recognise(agent) == seen


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//evil.example", "/\\evil.example", "data:text/html,x", "JAVASCRIPT:x", ""]
)
def test_links_that_could_run_code_or_leave_lead_nowhere(url: str) -> None:
    assert safe_link(url) == "#"


@pytest.mark.parametrize("url", ["/self-service/login?flow=1", "https://app.example/x", "http://127.0.0.1:4433/"])
def test_other_links_stay(url: str) -> None:
    assert safe_link(url) == url


def test_pictures_may_be_inline() -> None:
    assert safe_picture("data:image/png;base64,AAAA") == "data:image/png;base64,AAAA"
    assert safe_picture("data:text/html,x") == "#"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://App.example:8443/a?b", "https://app.example:8443"),
        ("http://[::1]:80/", "http://[::1]:80"),
        ("https://a.example;script-src *", ""),
        ("https://a b/", ""),
        ("https://x:99999/", ""),
        ("ftp://x/", ""),
        ("/path", ""),
    ],
)
def test_origins_cannot_break_out_of_the_policy(url: str, origin: str) -> None:
    assert origin_of(url) == origin
