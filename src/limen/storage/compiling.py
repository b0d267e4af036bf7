"""How does a declared statement become text for a driver? SQLAlchemy writes it; a running server reads what was written before.

Importing SQLAlchemy takes half as long as a server may take to start, so only who has to compile imports this.
"""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from typing import Final, cast

from sqlalchemy import Select, make_url
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase

from limen.storage import declared
from limen.storage.statements import Compiled, Value
from limen.storage.tables import METADATA

SQLITE: Final[Dialect] = sqlite.dialect(paramstyle="qmark")
POSTGRES: Final[Dialect] = make_url("postgresql+asyncpg://").get_dialect()()
DIALECTS: Final[Mapping[str, Dialect]] = {"sqlite": SQLITE, "postgres": POSTGRES}


def compiled_for(dialect: Dialect, statement: ClauseElement) -> Compiled:
    """The statement as text of that dialect, which has to count its parameters by position."""
    found = statement.compile(dialect=dialect)
    if not isinstance(found, SQLCompiler):
        raise TypeError("only statements that read or change rows are run here")
    names = tuple(found.positiontup or ())
    constants: dict[str, Value] = {
        name: bind.effective_value for name, bind in found.binds.items() if name in names and not bind.required
    }
    return Compiled(text=str(found), names=names, constants=constants)


def compiled_by_name(dialect: str, name: str) -> Compiled:
    """The declared statement of that name (`flows.GET`, `sessions.PAGES (True, False)`). Raises KeyError if there is none."""
    module, _, rest = name.partition(".")
    for found, statement in _declared_in(module):
        if found == rest:
            return compiled_for(DIALECTS[dialect], statement)
    raise KeyError(name)


def declared_statements() -> dict[str, ClauseElement]:
    """Every declared statement by its name."""
    modules = sorted(found.name for found in pkgutil.iter_modules(declared.__path__))
    return {f"{module}.{name}": statement for module in modules for name, statement in _declared_in(module)}


def unique_columns() -> dict[str, str]:
    """SQLite names the columns of a broken constraint, other databases its name: from the one to the other."""
    names: dict[str, str] = {}
    for table in METADATA.tables.values():
        unique = [(index.name, list(index.columns)) for index in table.indexes if index.unique]
        for name, columns in (*unique, (f"pk_{table.name}", list(table.primary_key.columns))):
            names[", ".join(f"{table.name}.{column.name}" for column in columns)] = str(name)
    return names


def owners() -> list[str]:
    """Tables whose rows take others along when they are deleted."""
    return sorted({key.column.table.name for table in METADATA.tables.values() for key in table.foreign_keys})


def _declared_in(module: str) -> Iterator[tuple[str, ClauseElement]]:
    """The public statements of a module; those of a mapping are called by the mapping and the key."""
    public: Mapping[str, object] = vars(importlib.import_module(f"{declared.__name__}.{module}"))
    for name, value in public.items():
        if name.startswith("_"):
            continue
        if isinstance(value, UpdateBase | Select):
            yield name, value
        elif isinstance(value, dict):
            yield from (
                (f"{name} {key}", one)
                for key, one in cast("dict[object, object]", value).items()
                if isinstance(one, UpdateBase | Select)
            )
