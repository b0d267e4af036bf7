"""The pages that are written from the code are in step with it, and the anchors that the product names exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from generators import script
from limen.config.dialects.report import ENUMERATION_PAGE
from limen.domain.flow.states import State

ROOT = Path(__file__).parents[2]


PAGES = script("write_docs").PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_generated_page_is_what_the_code_says_now(page: Path) -> None:
    assert page.read_text("utf-8") == PAGES[page](), "run `make docs`"


def test_the_diagrams_show_every_state() -> None:
    text = (ROOT / "docs" / "flows" / "states.md").read_text("utf-8")
    assert [state.value for state in State if f" {state.value}\n" not in text] == []


@pytest.mark.covers("SEED2-02")
def test_the_page_about_account_enumeration_is_where_the_old_pages_link_to() -> None:
    file, anchor = ENUMERATION_PAGE.split("#")
    assert anchor == "account-enumeration-attacks"
    assert anchor in anchors(ROOT / file)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize(
    "page",
    [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
    + sorted((ROOT / "docs").rglob("*.md")),
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_links_to_headings_lead_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\((?!https?:|mailto:)([^)#\s]*)#([^)\s]+)\)", page.read_text("utf-8")):
        file = page.parent / target if target else page
        assert anchor in anchors(file), f"{target}#{anchor}"


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"])
def test_links_from_the_front_pages_lead_somewhere(name: str) -> None:
    for target in re.findall(r"(?<!!)\[[^]]*\]\((?!https?:|mailto:|#)([^)#]+)", (ROOT / name).read_text("utf-8")):
        assert (ROOT / target).exists(), target


def test_the_tests_named_on_the_page_about_the_wire_exist() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "wire.md").read_text("utf-8")))
    written = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^ *(?:async )?def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)
    }
    assert named - written == set()
