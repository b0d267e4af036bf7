"""Is every promise of the seeds kept, and shown by a test that names it? Those that wait are printed with their reason."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
COUNTS = {"SEED0": 23, "SEED1": 20, "SEED2": 2, "SEED3": 9, "SEED4": 44}
ALL = [f"{seed}-{number:02}" for seed, count in COUNTS.items() for number in range(1, count + 1)]


def statuses() -> dict[str, object]:
    """Promise to `shown`, or to what it says of waiting."""
    table = tomllib.loads((Path(__file__).with_name("promises.toml")).read_text())
    return {f"{seed}-{number}": status for seed, section in table.items() for number, status in section.items()}


def reason_of(status: object) -> str:
    """What a promise waits for; empty when it does not wait."""
    return str(status.get("waiting", "")) if isinstance(status, dict) else ""


def named_in(file: Path) -> Iterator[str]:
    """The ids that the `covers` markers of a file name."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "covers":
            yield from (argument.value for argument in node.args if isinstance(argument, ast.Constant))


def files_by_promise() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in sorted(TESTS.rglob("test_*.py")):
        for id in set(named_in(file)):
            found.setdefault(id, []).append(str(file.relative_to(TESTS)))
    return found


def test_the_list_has_all_98_promises_in_order() -> None:
    assert len(ALL) == 98
    assert list(statuses()) == ALL


def test_every_promise_is_shown_or_says_what_it_waits_for() -> None:
    unclear = [id for id, status in statuses().items() if status != "shown" and not reason_of(status).strip()]
    assert unclear == []


def test_what_counts_as_shown_has_a_test_that_names_it() -> None:
    tests = files_by_promise()
    assert [id for id, status in statuses().items() if status == "shown" and id not in tests] == []


def test_no_marker_names_a_promise_that_nobody_made() -> None:
    unknown = {id: files for id, files in files_by_promise().items() if id.startswith("SEED") and id not in ALL}
    assert unknown == {}


def test_the_promises_that_wait(capsys: pytest.CaptureFixture[str]) -> None:
    """Prints them: the list may only shrink."""
    waiting = {id: reason for id, status in statuses().items() if (reason := reason_of(status))}
    with capsys.disabled():
        lines = [f"\n{len(ALL) - len(waiting)} of {len(ALL)} promises are shown; waiting:"]
        sys.stdout.write("\n".join([*lines, *(f"  {id}: {reason}" for id, reason in waiting.items()), ""]))
    assert len(waiting) <= 6
