"""Can a person with nothing but a browser sign up, out and in on the built-in pages of a running Limen, scripts or not?"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import msgspec
import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from server.machine import FLAGS, chromium
from server.person import PASSWORD, address
from server.running import RunningServer

pytestmark = pytest.mark.browser
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
WRONG = "not the password"


class Window(msgspec.Struct):
    """A browser of its own: its page, every address it asked, everything its console complained about."""

    page: Page
    asked: list[str] = msgspec.field(default_factory=list[str])
    complaints: list[str] = msgspec.field(default_factory=list[str])

    def watch(self, context: BrowserContext) -> None:
        context.on("request", lambda request: self.asked.append(request.url))
        context.on(
            "console",
            lambda message: self.complaints.append(message.text) if message.type in {"error", "warning"} else None,
        )
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def press(self, name: str) -> None:
        """Press the button or link of that name and wait for what comes."""
        with self.page.expect_navigation():
            self.page.locator("main").get_by_role("button", name=name, exact=True).or_(
                self.page.locator("main").get_by_role("link", name=name, exact=True)
            ).first.click()

    def enter(self, label: str, text: str) -> None:
        """Fill in a field and press Enter in it."""
        field = self.page.get_by_label(label, exact=True)
        field.fill(text)
        with self.page.expect_navigation():
            field.press("Enter")

    def heading(self) -> str:
        return self.page.locator("h1").inner_text()


Open = Callable[..., Window]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture
def window(browser: Browser, limen: RunningServer) -> Iterator[Open]:
    """Opens windows; when the test ends, none of them may have asked another host or found anything to complain about."""
    opened: list[Window] = []
    with ExitStack() as exits:

        def opening(*, scripts: bool = True, locale: str = "en-US", scheme: str = "light") -> Window:
            context = browser.new_context(
                java_script_enabled=scripts,
                locale=locale,
                color_scheme=scheme,
                viewport={"width": 390, "height": 844},
            )
            exits.callback(context.close)
            found = Window(page=context.new_page())
            found.watch(context)
            opened.append(found)
            return found

        yield opening
        for one in opened:
            assert [url for url in one.asked if not url.startswith((limen.public, "data:"))] == []
            assert one.complaints == []


def sign_up(window: Window, public: str, email: str) -> None:
    """The two steps of a new account."""
    window.page.goto(f"{public}/ui/registration")
    window.enter("E-Mail", email)
    window.enter("Password", PASSWORD)
    window.page.goto(f"{public}/ui/")


def sign_in(window: Window, public: str, email: str) -> None:
    window.page.goto(f"{public}/ui/login")
    window.page.get_by_label("E-Mail").fill(email)
    window.enter("Password", PASSWORD)


@SCRIPTS
@pytest.mark.covers("REG-03", "REG-17", "LOGIN-24", "LOGOUT-04")
def test_sign_up_sign_out_sign_in(limen: RunningServer, window: Open, *, scripts: bool) -> None:
    visitor, email = window(scripts=scripts), address("ada")
    visitor.page.goto(f"{limen.public}/ui/")
    assert visitor.heading() == "Welcome"
    visitor.press("Create an account")
    assert "/ui/registration?flow=" in visitor.page.url
    visitor.enter("E-Mail", email)
    assert visitor.heading() == "Almost there"
    assert visitor.page.get_by_text(email).is_visible()
    visitor.enter("Password", PASSWORD)
    visitor.page.goto(f"{limen.public}/ui/")
    assert visitor.heading() == f"Hello, {email}"

    visitor.page.goto(f"{limen.public}/ui/logout")
    assert visitor.heading() == "Sign out?"
    visitor.press("Sign out")
    visitor.page.goto(f"{limen.public}/ui/")
    assert visitor.heading() == "Welcome"

    visitor.press("Sign in")
    visitor.page.get_by_label("E-Mail").fill(email)
    visitor.enter("Password", PASSWORD)
    visitor.page.goto(f"{limen.public}/ui/")
    assert visitor.heading() == f"Hello, {email}"


@SCRIPTS
@pytest.mark.covers("REG-05", "REG-10")
def test_what_is_wrong_is_said_at_its_field(limen: RunningServer, window: Open, *, scripts: bool) -> None:
    visitor, email = window(scripts=scripts), address("ada")
    visitor.page.goto(f"{limen.public}/ui/registration")
    visitor.enter("E-Mail", email)
    visitor.enter("Password", "short")
    password = visitor.page.get_by_label("Password", exact=True)
    assert password.get_attribute("aria-invalid") == "true"
    said = visitor.page.locator(f"#{(password.get_attribute('aria-describedby') or '').split()[0]}").inner_text()
    assert "8 characters" in said
    assert password.input_value() == ""
    visitor.enter("Password", PASSWORD)
    visitor.page.goto(f"{limen.public}/ui/")
    assert visitor.heading() == f"Hello, {email}"


@SCRIPTS
def test_a_wrong_password_is_refused_and_the_right_one_taken(
    limen: RunningServer, window: Open, *, scripts: bool
) -> None:
    visitor, email = window(scripts=scripts), address("ada")
    sign_up(visitor, limen.public, email)
    visitor.page.context.clear_cookies()
    visitor.page.goto(f"{limen.public}/ui/login")
    visitor.page.get_by_label("E-Mail").fill(email)
    visitor.enter("Password", WRONG)
    assert visitor.page.locator("#summary").is_visible()
    assert visitor.page.get_by_label("E-Mail").input_value() == email
    assert WRONG not in visitor.page.content()
    visitor.enter("Password", PASSWORD)
    visitor.page.goto(f"{limen.public}/ui/")
    assert visitor.heading() == f"Hello, {email}"


@SCRIPTS
@pytest.mark.covers("SESS-20", "SESS-22")
def test_home_lists_the_sessions_and_ends_one(limen: RunningServer, window: Open, *, scripts: bool) -> None:
    here, there, email = window(scripts=scripts), window(scripts=scripts), address("ada")
    sign_up(here, limen.public, email)
    sign_in(there, limen.public, email)
    here.page.reload()
    assert here.page.locator(".sessions > li").count() == 2
    assert here.page.get_by_text("This device").count() == 1
    with here.page.expect_navigation():
        here.page.get_by_role("button", name="End the session").click()
    assert here.page.locator(".sessions > li").count() == 1
    there.page.goto(f"{limen.public}/ui/")
    assert there.heading() == "Welcome"
    here.page.goto(f"{limen.public}/ui/")
    assert here.heading() == f"Hello, {email}"


@SCRIPTS
@pytest.mark.covers("REG-06")
def test_the_step_back_lets_the_address_be_changed(limen: RunningServer, window: Open, *, scripts: bool) -> None:
    visitor, email = window(scripts=scripts), address("right")
    visitor.page.goto(f"{limen.public}/ui/registration")
    visitor.enter("E-Mail", address("wrong"))
    visitor.press("Change")
    visitor.enter("E-Mail", email)
    visitor.enter("Password", PASSWORD)
    visitor.page.goto(f"{limen.public}/ui/")
    assert visitor.heading() == f"Hello, {email}"


def test_who_is_signed_in_already_is_shown_home(limen: RunningServer, window: Open) -> None:
    visitor, email = window(), address("ada")
    sign_up(visitor, limen.public, email)
    visitor.page.goto(f"{limen.public}/self-service/login/browser")
    assert visitor.heading() == f"Hello, {email}"


def test_the_pages_speak_german_to_who_reads_german(limen: RunningServer, window: Open) -> None:
    visitor = window(locale="de-DE")
    visitor.page.goto(f"{limen.public}/ui/login")
    assert visitor.page.locator("html").get_attribute("lang") == "de"
    assert visitor.heading() == "Anmelden"


def test_password_managers_know_the_fields(limen: RunningServer, window: Open) -> None:
    visitor = window()
    visitor.page.goto(f"{limen.public}/ui/login")
    assert visitor.page.get_by_label("E-Mail").get_attribute("autocomplete") in {
        "username",
        "username webauthn",
        "email",
    }
    assert visitor.page.get_by_label("Password", exact=True).get_attribute("autocomplete") == "current-password"
    visitor.page.goto(f"{limen.public}/ui/registration")
    visitor.enter("E-Mail", address())
    assert visitor.page.get_by_label("Password", exact=True).get_attribute("autocomplete") == "new-password"


def violations(page: Page) -> list[tuple[str, str]]:
    """What axe finds. Its list of autocomplete words is older than `webauthn`, which HTML allows."""
    found = [(rule["id"], node["html"]) for rule in Axe().run(page)["violations"] for node in rule["nodes"]]
    return [(id, html) for id, html in found if not (id == "autocomplete-valid" and "username webauthn" in html)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(limen: RunningServer, window: Open, scheme: str) -> None:
    visitor, email = window(scheme=scheme), address("axe")
    found: dict[str, list[tuple[str, str]]] = {}

    def look(name: str) -> None:
        found[name] = violations(visitor.page)

    def go(path: str, name: str) -> None:
        visitor.page.goto(f"{limen.public}{path}")
        look(name)

    go("/ui/", "welcome")
    go("/ui/logout", "signed out")
    go("/ui/error?id=stub:500", "error")
    go("/ui/login?flow=00000000-0000-4000-8000-000000000000", "unknown form")
    visitor.complaints.clear()  # the console notes the statuses of the last two
    go("/ui/registration", "sign-up")
    visitor.enter("E-Mail", email)
    look("second step")
    visitor.enter("Password", "short")
    look("refused")
    visitor.enter("Password", PASSWORD)
    go("/ui/", "home")
    go("/ui/logout", "sign-out")
    visitor.press("Sign out")
    go("/ui/login", "sign-in")
    visitor.page.get_by_label("E-Mail").fill(email)
    visitor.enter("Password", WRONG)
    look("wrong password")
    assert [violation for page in found.values() for violation in page] == [], found


def test_a_form_of_another_browser_is_not_shown(limen: RunningServer, window: Open) -> None:
    mine, yours = window(), window()
    mine.page.goto(f"{limen.public}/ui/login")
    yours.page.goto(mine.page.url)
    yours.complaints.clear()  # the console notes the status
    assert yours.page.get_by_label("Password", exact=True).count() == 0
