"""Do the pages work in a real browser: seen by axe, used with and without JavaScript, in both directions of writing?"""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from doubles import ui_flows
from doubles.ui_desk import fake_pages, serving

CHROMIUM = Path("/usr/bin/chromium")
REQUIRED = os.environ.get("CI") == "true"  # noqa: TID251 - whether a missing browser is a failure depends on where we are
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PATHS = {
    **{name: ui_flows.path_of(name) for name in ui_flows.ALL},
    "welcome": "/ui/",
    "home": "/ui/",
    "logout": "/ui/logout",
    "error": "/ui/error?id=csrf",
}
SIGNED_IN = {"home", "logout"}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists() and not REQUIRED, reason="Chromium is not installed"),
]


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with serving(fake_pages()) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(QUIET))
        yield opened
        opened.close()


def opened(browser: Browser, base: str, name: str, **options: object) -> tuple[Page, list[str]]:
    """A page and what its console complains about."""
    context = browser.new_context(**{"viewport": {"width": 390, "height": 844}, "locale": "en-US", **options})
    if name in SIGNED_IN:
        context.add_cookies([{"name": "ada", "value": "1", "url": base}])
    page = context.new_page()
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(base + PATHS[name])
    return page, complaints


def violations(page: Page) -> list[tuple[str, str]]:
    """What axe finds. Its list of autocomplete words is older than `webauthn`, which HTML allows."""
    found = [(rule["id"], node["html"]) for rule in Axe().run(page)["violations"] for node in rule["nodes"]]
    return [(id, html) for id, html in found if not (id == "autocomplete-valid" and "username webauthn" in html)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PATHS)
def test_axe_finds_nothing_and_nothing_overflows(browser: Browser, base: str, name: str, scheme: str) -> None:
    page, complaints = opened(browser, base, name, color_scheme=scheme)
    assert violations(page) == []
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 320, "height": 600})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()


@pytest.mark.parametrize("name", PATHS)
def test_everything_to_press_is_large_enough(browser: Browser, base: str, name: str) -> None:
    page, _ = opened(browser, base, name)
    sizes = page.evaluate(
        """[...document.querySelectorAll('button, a, select, label.tick, .box input, summary')].filter(e => e.checkVisibility())
        .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect().height])"""
    )
    assert [entry for entry in sizes if entry[1] < 43.5] == []
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_form_is_sent_with_and_without_scripts(browser: Browser, base: str, scripts: bool) -> None:
    page, _ = opened(browser, base, "plain", java_script_enabled=scripts)
    page.get_by_label("Email or username").fill("ada@example.org")
    page.get_by_label("Password", exact=True).fill("correct horse")
    page.keyboard.press("Enter")
    page.wait_for_url("**/self-service/login?flow=1")
    assert dict(parse_qsl(page.inner_text("body"))) == {
        "csrf_token": "made-up-token",
        "identifier": "ada@example.org",
        "password": "correct horse",
        "method": "password",
    }
    page.context.close()


def test_without_scripts_what_needs_them_is_not_offered(browser: Browser, base: str) -> None:
    page, _ = opened(browser, base, "crowded", java_script_enabled=False)
    assert not page.locator("[name=passkey_login_trigger]").is_visible()
    assert not page.locator(".peek").is_visible()
    assert page.get_by_text("needs JavaScript").is_visible()
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_an_error_takes_focus_and_leads_to_its_field(browser: Browser, base: str, scripts: bool) -> None:
    page, _ = opened(browser, base, "failed", java_script_enabled=scripts)
    assert page.locator("#summary").evaluate("e => e === document.activeElement")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name || location.hash") in {"password", "#n-password"}
    page.context.close()


def test_a_password_can_be_looked_at(browser: Browser, base: str) -> None:
    page, _ = opened(browser, base, "plain")
    password = page.get_by_label("Password", exact=True)
    button = page.get_by_role("button", name="Show password")
    button.click()
    assert password.get_attribute("type") == "text"
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    assert password.get_attribute("type") == "password"
    page.context.close()


def test_scripts_of_nodes_run_and_are_called(browser: Browser, base: str) -> None:
    page, complaints = opened(browser, base, "crowded")
    page.wait_for_function("window.ready === 1")
    page.get_by_role("button", name="Sign in with a passkey").click()
    assert page.evaluate("window.pressed") == 1
    assert complaints == []
    page.context.close()


def test_a_complete_code_sends_itself(browser: Browser, base: str) -> None:
    page, _ = opened(browser, base, "code-sent")
    page.locator("#n-code").press_sequentially("123456")
    page.wait_for_url("**/self-service/login?flow=8")
    assert ("code", "123456") in parse_qsl(page.inner_text("body"))
    page.context.close()


def test_enter_presses_the_button_of_its_own_section_and_a_box_left_empty_is_sent(browser: Browser, base: str) -> None:
    page, _ = opened(browser, base, "first-step", java_script_enabled=False)
    page.get_by_label("E-Mail").fill("ada@example.org")
    page.keyboard.press("Enter")
    page.wait_for_url("**/self-service/registration?flow=3")
    sent = parse_qsl(page.inner_text("body"))
    assert [value for name, value in sent if name == "traits.newsletter"] == ["false"]
    assert ("method", "profile") in sent
    page.context.close()


def test_ending_a_session_works_from_the_list(browser: Browser, base: str) -> None:
    page, _ = opened(browser, base, "home")
    page.get_by_role("button", name="End the session: Safari on iOS").click()
    page.wait_for_url("**/ui/")
    assert page.locator(".sessions > li").count() == 3
    page.context.close()


def test_no_request_leaves_the_machine(browser: Browser, base: str) -> None:
    page, _ = opened(browser, base, "plain")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    assert [url for url in asked if not url.startswith(base)] == []
    page.context.close()
