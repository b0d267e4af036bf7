"""Which statements were compiled when the program was made? Those in `compiled/`; others are compiled on the spot (docs/adr/0020)."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from limen.storage.statements import Compiled, Statement

FOLDER: Final = Path(__file__).with_name("compiled")
FACTS: Final = FOLDER / "tables.json"


class Facts(msgspec.Struct, frozen=True):
    """What a running server has to know of the tables."""

    owners: tuple[str, ...]
    """Tables whose rows take others along when they are deleted."""
    unique_columns: Mapping[str, str]
    """SQLite names the columns of a broken constraint, other databases its name: from the one to the other."""


class _Entry(msgspec.Struct, frozen=True):
    text: str
    names: tuple[str, ...]
    constants: Mapping[str, str | int | bool | None] = {}


class Written:
    """The statements of one dialect: `sqlite` or `postgres`. The file is read when the first one is asked for."""

    def __init__(self, dialect: str) -> None:
        self._dialect = dialect
        self._entries: Mapping[str, Compiled] | None = None

    def compiled(self, statement: Statement) -> Compiled:
        """The statement as its driver takes it. One that is not in the file loads SQLAlchemy, which makes a start slow but
        not wrong; a test says so. Raises KeyError for a name that nothing declares.
        """
        if self._entries is None:
            self._entries = entries(file_of(self._dialect))
        found = self._entries.get(statement) if isinstance(statement, str) else None
        if found is not None:
            return found
        from limen.storage.compiling import DIALECTS, compiled_by_name, compiled_for  # noqa: PLC0415 (slow to import)

        if isinstance(statement, str):
            return compiled_by_name(self._dialect, statement)
        return compiled_for(DIALECTS[self._dialect], statement)


@cache
def facts() -> Facts:
    """What is written of the tables."""
    return msgspec.json.decode(FACTS.read_bytes(), type=Facts)


def file_of(dialect: str) -> Path:
    """Where the statements of a dialect are written."""
    return FOLDER / f"{dialect}.json"


def entries(file: Path) -> dict[str, Compiled]:
    """What a file holds, by name."""
    read = msgspec.json.decode(file.read_bytes(), type=dict[str, _Entry])
    return {
        name: Compiled(text=entry.text, names=entry.names, constants=entry.constants) for name, entry in read.items()
    }
