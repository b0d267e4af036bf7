"""State in SQL: tables, statements, rows, migrations, and the drivers that run them."""

from limen.storage.errors import DatabaseInUse, DsnRefused, SchemaOutdated
from limen.storage.opening import open_for_service, open_storage
from limen.storage.sql_storage import SqlStorage

__all__ = ["DatabaseInUse", "DsnRefused", "SchemaOutdated", "SqlStorage", "open_for_service", "open_storage"]
