"""The import rules hold, the methods are the ones we know, the requirement files name no host, the docs point to what exists."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from limen.methods import discovered

ROOT = Path(__file__).parents[2]


def test_imports_point_down_only() -> None:
    answer = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout


def test_these_are_the_login_methods() -> None:
    assert [(method.name, method.rank) for method in discovered()] == [
        ("identifier_first", 5),
        ("profile", 10),
        ("password", 20),
        ("code", 30),
        ("link", 40),
    ]


@pytest.mark.parametrize("file", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda file: file.name)
def test_requirements_are_hashed_and_name_no_host(file: Path) -> None:
    text = file.read_text()
    assert not re.search(r"https?://|--index-url|--find-links", text)
    pins = re.findall(r"^[A-Za-z0-9_.\[\]-]+==", text, re.MULTILINE)
    assert len(pins) > 10
    assert text.count("--hash=sha256:") >= len(pins)


@pytest.mark.parametrize("file", [ROOT / "docs" / "where-is.md"], ids=lambda file: file.name)
def test_where_is_points_to_what_exists(file: Path) -> None:
    paths = re.findall(r"`((?:src|docs|tests|scripts|bench|drills)/[^`\s]+)`", file.read_text())
    assert len(paths) > 15
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("file", sorted((ROOT / "docs").rglob("*.md")), ids=lambda file: str(file.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(file: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", file.read_text()):
        assert (file.parent / target).exists(), target
