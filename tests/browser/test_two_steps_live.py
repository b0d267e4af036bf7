"""Can a person with nothing but a browser sign in in two steps on the built-in pages, scripts or not?"""

from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from play_config import flows
from server.machine import FLAGS, chromium
from server.person import PASSWORD, People, address
from server.running import RunningServer

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that asks for the name first."""
    with RunningServer(tmp_path_factory.mktemp("two-steps"), flows(login={"style": "identifier_first"})) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield opened
        opened.close()


def enter(page: Page, label: str, text: str) -> None:
    field = page.get_by_label(label, exact=True)
    field.fill(text)
    with page.expect_navigation():
        field.press("Enter")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.covers("IDF-01", "IDF-02", "LOGIN-14")
def test_first_the_name_then_the_password(
    house: RunningServer, browser: Browser, people: People, *, scripts: bool
) -> None:
    email = address("ada")
    people(house.public).sign_up(email).raise_for_status()
    context = browser.new_context(java_script_enabled=scripts, locale="en-US")
    with closing(context):
        page = context.new_page()
        page.goto(f"{house.public}/ui/login")
        enter(page, "E-Mail", "nobody@example.org")
        assert page.get_by_label("E-Mail", exact=True).get_attribute("aria-invalid") == "true"
        assert page.get_by_label("E-Mail", exact=True).input_value() == "nobody@example.org"

        enter(page, "E-Mail", email)
        assert page.get_by_text(email).first.is_visible()
        with page.expect_navigation():
            page.get_by_role("link", name="Change").click()
        assert page.get_by_label("E-Mail", exact=True).input_value() == ""

        enter(page, "E-Mail", email)
        enter(page, "Password", PASSWORD)
        page.goto(f"{house.public}/ui/")
        assert page.locator("h1").inner_text() == f"Hello, {email}"
