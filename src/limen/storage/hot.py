"""Which statement answers «who is this?»? One join of a session and its identity, by the hash of the token (SESS-05)."""

from typing import Final

from sqlalchemy import Column, bindparam, select

from limen.ports.session_reader import SessionRow
from limen.storage.database import Database, query
from limen.storage.tables import IDENTITIES, SESSIONS

_OF_THE_SESSION: Final = frozenset(
    {"identity_id", "active", "aal", "methods", "devices", "authenticated_at", "issued_at", "expires_at"}
)


class _Columns(SessionRow, frozen=True, kw_only=True, array_like=True):
    pass


def _column(field: str) -> Column[str]:
    if field == "session_id":
        return SESSIONS.c.id
    return SESSIONS.c[field] if field in _OF_THE_SESSION else IDENTITIES.c[field]


CHECK: Final = (
    select(*(_column(field) for field in SessionRow.__struct_fields__))
    .join_from(SESSIONS, IDENTITIES, SESSIONS.c.identity_id == IDENTITIES.c.id)
    .where(SESSIONS.c.token_hash == bindparam("token_hash"))
)


class SqlSessionReader:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._check = query(database, CHECK, _Columns)

    async def row(self, token_hash: bytes) -> SessionRow | None:
        """The row with that token, good or not."""
        return await self._database.one(self._check, (token_hash,))
