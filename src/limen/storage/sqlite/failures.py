"""What does an exception of the driver mean? Nothing above this file sees one."""

import sqlite3
from collections.abc import Mapping
from typing import Final

from limen.kernel.errors import LimenError, MalformedInput
from limen.ports.storage import StorageUnavailable
from limen.storage.errors import MIGRATE, SchemaOutdated, orphaned, violated
from limen.storage.tables import METADATA

_UNIQUE: Final = "UNIQUE constraint failed: "
_ORPHAN: Final = "FOREIGN KEY constraint failed"
_NO_TABLES: Final = ("no such table", "no such column")


def _constraint_names() -> Mapping[str, str]:
    """SQLite names the columns of a broken constraint, other databases its name: from the one to the other."""
    names: dict[str, str] = {}
    for table in METADATA.tables.values():
        unique = [(index.name, list(index.columns)) for index in table.indexes if index.unique]
        for name, columns in (*unique, (f"pk_{table.name}", list(table.primary_key.columns))):
            names[", ".join(f"{table.name}.{column.name}" for column in columns)] = str(name)
    return names


_NAMES: Final = _constraint_names()


def told(error: Exception) -> LimenError:
    """The error of the ports for one of the driver. Exceptions that are not the driver's stay what they are."""
    if isinstance(error, (UnicodeError, OverflowError)):
        return MalformedInput("The value holds characters or numbers that cannot be stored.")
    text = str(error)
    if isinstance(error, sqlite3.IntegrityError):
        if text.startswith(_UNIQUE):
            return violated(_NAMES.get(text.removeprefix(_UNIQUE), text))
        if text == _ORPHAN:
            return orphaned()
    if text.startswith(_NO_TABLES):
        return SchemaOutdated(MIGRATE)
    unavailable = StorageUnavailable(f"The database cannot be used now: {text}.")
    unavailable.__cause__ = error
    return unavailable
