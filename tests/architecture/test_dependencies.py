"""Every direct dependency is explained in docs/dependencies.md, and nothing else is."""

from __future__ import annotations

import ast
import re
import sys
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


IMPORTED_AS = {
    "argon2": "argon2-cffi",
    "jinja2": "jinja2",
    "jsonpath": "python-jsonpath",
    "opentelemetry": "opentelemetry-sdk",
    "prometheus_client": "prometheus-client",
    "jsonschema_rs": "jsonschema-rs",
    "yaml": "pyyaml",
}
BROUGHT_ALONG: set[str] = set()
"""What a dependency needs itself, and Limen uses too; the page says so."""


def test_nothing_is_imported_that_is_not_required() -> None:
    found = set()
    for file in (ROOT / "src" / "limen").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                found.add(node.module.split(".")[0])
    foreign = {IMPORTED_AS.get(name, name.lower()) for name in found - sys.stdlib_module_names - {"limen"}}
    assert foreign - set(required("run.in")) == BROUGHT_ALONG
