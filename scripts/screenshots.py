"""What do the built-in pages look like? Pictures of a running Limen, at two widths, light and dark.

Usage: `python scripts/screenshots.py http://127.0.0.1:4433 FOLDER`. It starts nothing by itself; it signs up one made-up
person per variant, so point it at a server that you can throw away.
"""

import argparse
import itertools
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
WIDTHS = {390: 844, 1280: 900}
SCHEMES = ("light", "dark")


class Camera:
    """Takes pictures of one page in one variant."""

    def __init__(self, page: Page, folder: Path, variant: str) -> None:
        self.page = page
        self._folder = folder
        self._variant = variant

    def take(self, name: str) -> None:
        path = self._folder / f"{name}-{self._variant}.png"
        self.page.screenshot(path=str(path), full_page=True)
        print(path)


def fill_in(page: Page, address: str, password: str) -> None:
    """Put something sensible into whatever the form asks for."""
    for field in page.locator("form:has(.section) input:visible").all():
        match field.get_attribute("type"):
            case "password":
                field.fill(password)
            case "email":
                field.fill(address)
            case "text":
                named_like_an_address = (
                    "mail" in (field.get_attribute("name") or "") or field.get_attribute("name") == "identifier"
                )
                field.fill(address if named_like_an_address else "Ada")
            case _:
                pass


def press(page: Page) -> None:
    """Press the leading button and wait for the page it leads to."""
    with page.expect_navigation():
        page.locator(".button-primary").first.click()


def tour(camera: Camera, base: str, address: str) -> None:
    """Sign-in, its error, sign-up step by step, home, sign-out, a stored error."""
    page = camera.page
    password = f"an arch of {address} light"
    page.goto(f"{base}/ui/")
    camera.take("welcome")
    page.goto(f"{base}/ui/login")
    camera.take("sign-in")
    fill_in(page, address, "not the password")
    press(page)
    camera.take("sign-in-refused")
    page.goto(f"{base}/ui/registration")
    for step in range(1, 4):
        if not page.locator("form:has(.section)").count() or "/ui/registration" not in page.url:
            break
        camera.take(f"sign-up-{step}")
        if step == 1 and page.locator("input[type=password]").count():
            fill_in(page, address, "short")
            press(page)
            camera.take("sign-up-refused")
        fill_in(page, address, password)
        press(page)
    page.goto(f"{base}/ui/")
    camera.take("home")
    page.goto(f"{base}/ui/logout")
    camera.take("sign-out")
    page.goto(f"{base}/ui/error?id=stub:500")
    camera.take("error")


def variants(browser: Browser, base: str, folder: Path) -> None:
    for scheme, (width, height) in itertools.product(SCHEMES, WIDTHS.items()):
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, locale="en-US")
        variant = f"{scheme}-{width}"
        tour(Camera(context.new_page(), folder, variant), base, f"ada.{variant}@example.org")
        context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Take pictures of the built-in pages of a running Limen.")
    parser.add_argument("base", help="the public address, such as http://127.0.0.1:4433")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--chromium", default=CHROMIUM, help="the browser to use")
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=wanted.chromium, args=list(FLAGS))
        variants(browser, wanted.base.rstrip("/"), wanted.folder)
        browser.close()


if __name__ == "__main__":
    main()
