"""What does an exception of the driver mean? Nothing above this file sees one."""

import sqlite3
from typing import Final

from limen.kernel.errors import LimenError, MalformedInput
from limen.ports.storage import StorageUnavailable
from limen.storage.errors import MIGRATE, SchemaOutdated, orphaned, violated
from limen.storage.written import facts

_UNIQUE: Final = "UNIQUE constraint failed: "
_ORPHAN: Final = "FOREIGN KEY constraint failed"
_NO_TABLES: Final = ("no such table", "no such column")
_CONSTRAINTS: Final = facts().unique_columns


def told(error: Exception) -> LimenError:
    """The error of the ports for one of the driver. Exceptions that are not the driver's stay what they are."""
    if isinstance(error, (UnicodeError, OverflowError)):
        return MalformedInput("The value holds characters or numbers that cannot be stored.")
    text = str(error)
    if isinstance(error, sqlite3.IntegrityError):
        if text.startswith(_UNIQUE):
            return violated(_CONSTRAINTS.get(text.removeprefix(_UNIQUE), text))
        if text == _ORPHAN:
            return orphaned()
    if text.startswith(_NO_TABLES):
        return SchemaOutdated(MIGRATE)
    unavailable = StorageUnavailable(f"The database cannot be used now: {text}.")
    unavailable.__cause__ = error
    return unavailable
