"""How do the engines that speak PostgreSQL's protocol differ? All of it is here.

| | PostgreSQL | CockroachDB | YugabyteDB |
|---|---|---|---|
| isolation by default | READ COMMITTED | SERIALIZABLE | READ COMMITTED or SNAPSHOT |
| a transaction may have to be run again (40001) | rarely | often | often |
| advisory locks | yes | accepted, without effect | only in new versions |
| order of text | the database's language | bytes | the database's language |
| tables made in a transaction can be undone | yes | yes | each on its own |

Units of work rely on none of it: they guard what they read, need no isolation, and are run again when they are told to
(`failures.try_again`). What is left are the two places below, which only a migration meets. `INSERT … ON CONFLICT` is
spoken by all of them but differs on other databases, so no statement uses it.
"""

from collections.abc import Iterable
from enum import Enum
from typing import Final


class Engine(Enum):
    """Who answers."""

    POSTGRESQL = "PostgreSQL"
    COCKROACH = "CockroachDB"
    YUGABYTE = "YugabyteDB"


VERSION: Final = "SELECT version()"

_LOCK_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS migration_lock (id integer PRIMARY KEY)",
    "INSERT INTO migration_lock (id) VALUES (1) ON CONFLICT DO NOTHING",
)
_ADVISORY: Final = "SELECT pg_advisory_xact_lock(1818848622, hashtext(coalesce(current_schema(), '')))"
_ROW: Final = "SELECT id FROM migration_lock WHERE id = 1 FOR UPDATE"
_LOCALE_COLUMNS: Final = (
    "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a "
    "JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
    "JOIN pg_collation o ON o.oid = a.attcollation WHERE n.nspname = current_schema() AND c.relkind = 'r' "
    "AND a.attnum > 0 AND NOT a.attisdropped AND o.collname <> 'C' ORDER BY 1, 2"
)


def engine_of(version: str) -> Engine:
    """Which engine calls its version that."""
    if version.startswith("CockroachDB"):
        return Engine.COCKROACH
    return Engine.YUGABYTE if "-YB-" in version else Engine.POSTGRESQL


def before_migrating(engine: Engine) -> tuple[str, ...]:
    """Statements outside any transaction that make the lock possible."""
    return () if engine is Engine.POSTGRESQL else _LOCK_TABLE


def lock(engine: Engine) -> str:
    """The first statement of a migrating transaction: a second one waits here until the first has ended."""
    return _ADVISORY if engine is Engine.POSTGRESQL else _ROW


def columns_in_order_of_a_language(engine: Engine) -> str:
    """Asks for (table, column, type) of all text that does not sort by its bytes; empty where all of it does.

    Lists are paged by comparing text, and ids, times and prefixes are compared as bytes everywhere else.
    """
    return "" if engine is Engine.COCKROACH else _LOCALE_COLUMNS


def in_order_of_bytes(table: str, columns: Iterable[tuple[str, str]]) -> str:
    """Makes columns (name, type) sort by their bytes. Only indexes are made anew, and a new table has nothing in them."""
    changes = ", ".join(f'ALTER COLUMN "{name}" SET DATA TYPE {type} COLLATE "C"' for name, type in columns)
    return f'ALTER TABLE "{table}" {changes}'
