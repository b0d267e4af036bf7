"""Which statement answers «who is this?»? One join of a session and its identity, by the hash of the token (SESS-05)."""

import asyncio
from typing import Final

from limen.kernel.errors import LimenError
from limen.ports.session_reader import SessionReader, SessionRow
from limen.storage.database import Database, query


class _Columns(SessionRow, frozen=True, kw_only=True, array_like=True):
    pass


_PATIENCE: Final = 0.25
"""Seconds that a copy may take; the original would have answered long since."""
_REST: Final = 5.0
"""Seconds for which a copy that did not answer is not asked again."""


class ReplicaReader:
    """Asks a copy of the database first. What a copy does not know or cannot answer is asked of the original.

    So whoever has just signed in is known at once; whoever has just signed out is known for as long as the copy lags behind.
    """

    def __init__(self, copy: SessionReader, original: SessionReader) -> None:
        self._copy = copy
        self._original = original
        self._rests_until = 0.0

    async def row(self, token_hash: bytes) -> SessionRow | None:
        """The row with that token, good or not."""
        found, now = None, asyncio.get_running_loop().time()
        if now >= self._rests_until:
            try:
                async with asyncio.timeout(_PATIENCE):
                    found = await self._copy.row(token_hash)
            except (LimenError, TimeoutError):
                self._rests_until = now + _REST
        if found is not None and found.active:
            return found
        return await self._original.row(token_hash)


class SqlSessionReader:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._check = query(database, "hot.CHECK", _Columns)

    async def row(self, token_hash: bytes) -> SessionRow | None:
        """The row with that token, good or not."""
        return await self._database.one(self._check, (token_hash,))
