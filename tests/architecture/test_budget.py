"""Files stay under 400 lines, functions under 60, parameters at six; what escapes the checkers is counted and may only fall."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "limen"
MOST_LINES, MOST_FUNCTION_LINES, MOST_PARAMETERS = 400, 60, 6
FORBIDDEN_NAMES = re.compile(r"(^|_)(utils?|helpers?|managers?|common|base|misc)(_|$)")
FORBIDDEN_VERBS = ("handle_", "process_", "do_")
STRICT_LAYERS = ("kernel", "domain", "config", "ports", "app", "methods", "wire")

FILES = sorted(SOURCE.rglob("*.py"))
ROOT = SOURCE.parents[1]
ALL = sorted(
    file for folder in ("src", "tests", "bench", "drills", "scripts") for file in (ROOT / folder).rglob("*.py")
)


def label(file: Path) -> str:
    return str(file.relative_to(SOURCE))


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("file", ALL, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_is_short_enough_to_read_at_once(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= MOST_LINES


@pytest.mark.parametrize("file", FILES, ids=label)
def test_functions_are_short_and_take_few_parameters(file: Path) -> None:
    for function in functions(file):
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        assert length <= MOST_FUNCTION_LINES, f"{function.name} has {length} lines"
        is_command = any("option" in ast.dump(decorator) for decorator in function.decorator_list)
        names = [a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
        counted = [name for name in names if name not in {"self", "cls"}]
        most = MOST_PARAMETERS if not is_command else 12
        assert len(counted) <= most, f"{function.name} takes {len(counted)} parameters"


@pytest.mark.parametrize("file", FILES, ids=label)
def test_names_come_from_the_field(file: Path) -> None:
    assert not FORBIDDEN_NAMES.search(file.stem), file.stem
    for function in functions(file):
        assert not function.name.lstrip("_").startswith(FORBIDDEN_VERBS), function.name


@pytest.mark.parametrize("file", FILES, ids=label)
def test_a_module_says_what_it_answers(file: Path) -> None:
    text = ast.get_docstring(ast.parse(file.read_text()))
    assert text or not file.read_text().strip(), "the module has no docstring"


@pytest.mark.parametrize("layer", STRICT_LAYERS)
def test_nothing_escapes_the_type_checkers(layer: str) -> None:
    """`Any`, `cast` and `type: ignore` are at zero in these layers and stay there."""
    found = [
        f"{label(file)}: {line.strip()}"
        for file in (SOURCE / layer).rglob("*.py")
        for line in file.read_text().splitlines()
        if re.search(r"type: ignore|\bcast\(|(?<!\w)Any(?!\w)", line)
        and not line.lstrip().startswith(('"""', "#"))
        and re.search(r"type: ignore|\bcast\(|: Any\b|\[Any\b|, Any\b|-> Any\b|import .*\bAny\b", line)
    ]
    assert found == []
