"""How are errors kept for a browser to be shown? For a day, each under its own id (ERR-01, ERR-05)."""

from datetime import datetime, timedelta
from typing import Final

from limen.ports.storage import ErrorPage
from limen.storage.database import Database, query
from limen.storage.rows import ErrorPageRow, error_page_of, instant
from limen.storage.statements import Write

LIFESPAN: Final = timedelta(days=1)


class SqlErrorPageReads:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._get = query(database, "error_pages.GET", ErrorPageRow)

    async def get(self, id: str) -> ErrorPage | None:
        row = await self._database.one(self._get, (id,))
        return None if row is None else error_page_of(row)


class ErrorPageChanges:
    """The writes that change error pages, compiled."""

    def __init__(self, database: Database) -> None:
        self._add = database.compile("error_pages.ADD")
        self._seen = database.compile("error_pages.SEEN")

    def add(self, page: ErrorPage) -> Write:
        return self._add.write(
            {
                "id": page.id,
                "error": page.error.text,
                "csrf_token": page.csrf_token,
                "created_at": instant(page.created_at),
                "seen_at": None,
                "expires_at": instant(page.created_at + LIFESPAN),
            }
        )

    def seen(self, id: str, at: datetime) -> Write:
        return self._seen.write({"page_id": id, "at": instant(at)})


class SqlErrorPageWrites:
    """Adds to one unit of work."""

    def __init__(self, changes: ErrorPageChanges, writes: list[Write]) -> None:
        self._changes = changes
        self._writes = writes

    def add(self, page: ErrorPage) -> None:
        self._writes.append(self._changes.add(page))

    def seen(self, id: str, at: datetime) -> None:
        self._writes.append(self._changes.seen(id, at))
