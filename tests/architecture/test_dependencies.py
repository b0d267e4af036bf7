"""Every direct dependency is explained in docs/dependencies.md, and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
SECTIONS = {"run.in": "At run time", "dev.in": "For development"}


def required(file: str) -> list[str]:
    lines = (ROOT / "requirements" / file).read_text("utf-8").splitlines()
    names = [re.match(r"[A-Za-z0-9._-]+", line) for line in lines if line.strip() and not line.startswith(("-r", "#"))]
    return sorted(name[0].lower() for name in names if name)


def explained(section: str) -> list[str]:
    part = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    return sorted(name.lower() for name in re.findall(r"^\| `([^`]+)` \|", part, re.MULTILINE))


@pytest.mark.parametrize("file", SECTIONS)
def test_the_page_explains_exactly_what_is_required(file: str) -> None:
    assert explained(SECTIONS[file]) == required(file)


def test_no_row_is_left_empty() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert [row for row in rows if any(not cell.strip() for cell in row.split("|")[1:-1])] == []
