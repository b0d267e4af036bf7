"""Which database does a DSN name? Every form that configurations of Kratos use (SEED4-03, CFG-09)."""

from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote

import msgspec

from limen.storage.errors import DsnRefused
from limen.storage.postgres.address import SCHEMES, PostgresTarget, parse_postgres

_SQLITE: Final = frozenset({"sqlite", "sqlite3"})
_LATER: Final = {"mysql": "MySQL", "mariadb": "MariaDB"}
_SUPPORTED: Final = (
    "Use postgres://user:password@host:5432/database, sqlite:///absolute/path/limen.sqlite, "
    "or memory for a database that ends with the process."
)


class SqliteTarget(msgspec.Struct, frozen=True, kw_only=True):
    """An SQLite database. `file` is None for one in memory; `create` says whether a missing file may be made."""

    file: Path | None
    create: bool = True


def parse_dsn(dsn: str) -> SqliteTarget | PostgresTarget:
    """The database that a DSN names. Query parameters that only Go's drivers know (`_fk`, `cache`, …) mean nothing here:
    foreign keys are always enforced, and a database in memory always belongs to one server. docs/storage.md has them all.

    Raises DsnRefused; its reason never quotes the address, which may hold a password.
    """
    if dsn.strip() == "memory":
        return SqliteTarget(file=None)
    scheme, separator, rest = dsn.strip().partition("://")
    scheme = scheme.lower()
    if not separator:
        raise DsnRefused(f"The DSN has no scheme such as sqlite://. {_SUPPORTED}")
    if scheme in _LATER:
        raise DsnRefused(f"{_LATER[scheme]} is not supported yet. {_SUPPORTED}")
    if scheme in SCHEMES:
        return parse_postgres(scheme, rest)
    if scheme not in _SQLITE:
        raise DsnRefused(f"Databases of the kind {scheme} are not supported. {_SUPPORTED}")
    return _sqlite(rest)


def in_memory(dsn: str) -> bool:
    """Whether the database ends with its process. Raises DsnRefused."""
    target = parse_dsn(dsn)
    return isinstance(target, SqliteTarget) and target.file is None


def _sqlite(rest: str) -> SqliteTarget:
    name, _, query = rest.removeprefix("file:").partition("?")
    mode = parse_qs(query).get("mode", ["rwc"])[-1]
    if name in {"", ":memory:"} or mode == "memory":
        return SqliteTarget(file=None)
    if mode == "ro":
        raise DsnRefused("The DSN opens the database for reading only (mode=ro), but Limen has to write. Use mode=rwc.")
    if mode not in {"rw", "rwc"}:
        raise DsnRefused("The DSN's mode can be rwc, rw or memory.")
    # Some write file:///abs, which is the same path as file:/abs.
    path = "/" + name.lstrip("/") if name.startswith("//") else name
    return SqliteTarget(file=Path(unquote(path)), create=mode == "rwc")
