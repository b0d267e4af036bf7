"""How is the database tidied up, and which file does an embedded one live in?"""

from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qs, unquote

import msgspec
from msgspec import Meta

from limen.config.syntax import Duration


class CleanupSleep(msgspec.Struct, frozen=True, kw_only=True):
    """Pauses of the clean-up."""

    tables: Duration = timedelta(minutes=1)
    """Pause between two tables."""


class Cleanup(msgspec.Struct, frozen=True, kw_only=True):
    """The clean-up of what has expired."""

    batch_size: Annotated[int, Meta(ge=1)] = 100
    """Rows that are removed at once."""
    sleep: CleanupSleep = CleanupSleep()
    older_than: Duration = timedelta(0)
    """Without effect, as in Kratos (CFG-13)."""


class DatabaseConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Database upkeep."""

    cleanup: Cleanup = Cleanup()


def embedded_file(dsn: str) -> Path | None:
    """The file of an embedded database; None for one in memory or on a server (SEED4-03, CFG-09)."""
    scheme, _, rest = dsn.partition("://")
    if scheme != "sqlite":
        return None
    name, _, query = rest.removeprefix("file:").partition("?")
    in_memory = name in {"", ":memory:"} or parse_qs(query).get("mode") == ["memory"]
    return None if in_memory else Path(unquote(name))
