"""How are sessions found? By the hash of their token, by id, or listed newest first (SESS-20, SESS-25, PAGE-04)."""

from collections.abc import Sequence
from typing import Final

from limen.domain.ids import SessionId
from limen.domain.session.session import CheckedSession
from limen.ports.storage import Page, SessionFilter
from limen.storage.database import Database, query
from limen.storage.identities import SqlIdentityReads
from limen.storage.rows import Count, SessionColumns, instant, session_of
from limen.storage.statements import Query, R, Value

_BEFORE_EVERYTHING: Final = ("~", "")
"""Sorts after every time: where a list begins that has no last item yet."""
SHAPES: Final = tuple((active, theirs) for active in (None, True, False) for theirs in (True, False))
"""By what a list is narrowed: whether they are active (None: all the same), an owner."""
_NO_TIME: Final = ""
"""Sorts before every time: with it the conditions below look at the stored flag only (SESS-25)."""


class SqlSessionReads:
    """Sessions with their identities. A session is listed by `issued_at`, which never changes: it is its `created_at`."""

    def __init__(self, database: Database, identities: SqlIdentityReads) -> None:
        self._database = database
        self._identities = identities
        self._by_token = query(database, "sessions.BY_TOKEN", SessionColumns)
        self._get = query(database, "sessions.GET", SessionColumns)
        self._pages = {shape: query(database, f"sessions.PAGES {shape}", SessionColumns) for shape in SHAPES}
        self._counts = {shape: query(database, f"sessions.COUNTS {shape}", Count) for shape in SHAPES}

    async def by_token_hash(self, token_hash: bytes) -> CheckedSession | None:
        """The session (good or not) with that token, and its identity."""
        return await self._checked(await self._database.one(self._by_token, (token_hash,)))

    async def get(self, id: SessionId) -> CheckedSession | None:
        return await self._checked(await self._database.one(self._get, (id,)))

    async def page(self, what: SessionFilter, page: Page) -> Sequence[CheckedSession]:
        """Sessions, newest first. `page.after` is the last one's (`issued_at` as stored, id); see `rows.instant`."""
        after_time, after_id = page.after or _BEFORE_EVERYTHING
        window: dict[str, str | int] = {
            "limit": page.limit,
            "offset": page.offset,
            "after_time": after_time,
            "after_id": after_id,
        }
        rows = await self._database.all(*_asked(self._pages, what, window))
        identities = await self._identities.several(row.identity_id for row in rows)
        return tuple(
            CheckedSession(session=session_of(row), identity=identities[row.identity_id])
            for row in rows
            if row.identity_id in identities
        )

    async def count(self, what: SessionFilter) -> int:
        counted = await self._database.one(*_asked(self._counts, what, {}))
        return counted.number if counted else 0

    async def _checked(self, row: SessionColumns | None) -> CheckedSession | None:
        identity = None if row is None else await self._identities.get(row.identity_id)
        if row is None or identity is None:
            return None
        return CheckedSession(session=session_of(row), identity=identity)


def _asked(
    queries: dict[tuple[bool | None, bool], Query[R]], what: SessionFilter, window: dict[str, str | int]
) -> tuple[Query[R], tuple[Value, ...]]:
    chosen = queries[what.active, what.identity_id is not None]
    values: dict[str, Value] = {
        "now": _NO_TIME if what.flag_only else instant(what.now),
        "owner": what.identity_id,
        "except_id": what.except_id or "",
        **window,
    }
    return chosen, chosen.compiled.bind(values)
