"""What do the declared statements say to each driver? Writes `src/limen/storage/compiled/`, which a server reads at its start."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from limen.storage.written import FACTS, file_of  # noqa: E402 (found through the line above)


def _lines(entries: Mapping[str, object]) -> str:
    """A JSON object with one line for each entry, so that two branches which add statements can be merged."""
    rows = (f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in sorted(entries.items()))
    return "{\n" + ",\n".join(rows) + "\n}\n"


def statements(dialect: str) -> str:
    """Every declared statement in that dialect."""
    from limen.storage.compiling import DIALECTS, compiled_for, declared_statements  # noqa: PLC0415 (reads what is written here)

    found: dict[str, object] = {}
    for name, statement in declared_statements().items():
        compiled = compiled_for(DIALECTS[dialect], statement)
        constants = {"constants": dict(compiled.constants)} if compiled.constants else {}
        found[name] = {"text": compiled.text, "names": compiled.names, **constants}
    return _lines(found)


def tables() -> str:
    """What a running server has to know of the tables."""
    from limen.storage.compiling import owners, unique_columns  # noqa: PLC0415 (as above)

    return json.dumps({"owners": owners(), "unique_columns": unique_columns()}, indent=2) + "\n"


FILES: Final[Mapping[Path, Callable[[], str]]] = {
    FACTS: tables,  # first: modules that declare statements read it
    file_of("sqlite"): partial(statements, "sqlite"),
    file_of("postgres"): partial(statements, "postgres"),
}

if __name__ == "__main__":
    for file, made in FILES.items():
        file.write_text(made(), "utf-8")
        print(file.relative_to(ROOT))
