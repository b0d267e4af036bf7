"""What do the built-in pages look like? Pictures of a running Limen, at two widths, light and dark.

    python scripts/screenshots.py --serve                          # starts a server of its own
    python scripts/screenshots.py http://127.0.0.1:4433            # of one that runs

It signs up one made-up person per variant, so point it at a server that you can throw away. With --serve it also writes
the picture of the sign-in page that README.md shows.
"""

import argparse
import itertools
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from server.machine import FLAGS, chromium  # noqa: E402 (the tests know how to start a server and a browser)
from server.running import RunningServer  # noqa: E402

WIDTHS = {390: 844, 1280: 900}
SCHEMES = ("light", "dark")
README_PICTURE = ROOT / "docs" / "pictures" / "sign-in.png"
README_SIZE = {"width": 960, "height": 720}
PASSWORD = "an arch of stone and light"


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
    for field in page.locator("form:has(.section) input:visible:not([readonly])").all():
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
        if page.locator("input[type=password]").count():
            fill_in(page, address, "short")
            press(page)
            camera.take("sign-up-refused")
        fill_in(page, address, PASSWORD)
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


def picture_for_readme(browser: Browser, base: str) -> None:
    """The sign-in page as somebody first sees it."""
    README_PICTURE.parent.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(viewport=README_SIZE, color_scheme="light", locale="en-US")
    page = context.new_page()
    page.goto(f"{base}/ui/login")
    page.screenshot(path=str(README_PICTURE))
    print(README_PICTURE)
    context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Take pictures of the built-in pages of a running Limen.")
    parser.add_argument("base", nargs="?", default="", help="the public address, such as http://127.0.0.1:4433")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "screenshots", help="where the pictures go")
    parser.add_argument("--serve", action="store_true", help="start a server, and take the picture for README.md too")
    parser.add_argument("--chromium", default=chromium(), help="the browser to use")
    wanted = parser.parse_args()
    if bool(wanted.base) == wanted.serve:
        parser.error("name an address, or say --serve")
    if not wanted.chromium:
        parser.error("Chromium is not installed: say where a browser is with --chromium")
    wanted.folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as exits:
        base = wanted.base.rstrip("/")
        if wanted.serve:
            folder = Path(exits.enter_context(tempfile.TemporaryDirectory()))
            base = exits.enter_context(RunningServer(folder)).public
        playwright = exits.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=wanted.chromium, args=list(FLAGS))
        exits.callback(browser.close)
        variants(browser, base, wanted.folder)
        if wanted.serve:
            picture_for_readme(browser, base)


if __name__ == "__main__":
    main()
