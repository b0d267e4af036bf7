"""Which statements does `storage/hot.py` run?"""

from typing import Final

from sqlalchemy import Column, bindparam, select

from limen.ports.session_reader import SessionRow
from limen.storage.tables import IDENTITIES, SESSIONS

_OF_THE_SESSION: Final = frozenset(
    {"identity_id", "active", "aal", "methods", "devices", "authenticated_at", "issued_at", "expires_at"}
)


def _column(field: str) -> Column[str]:
    if field == "session_id":
        return SESSIONS.c.id
    return SESSIONS.c[field] if field in _OF_THE_SESSION else IDENTITIES.c[field]


CHECK: Final = (
    select(*(_column(field) for field in SessionRow.__struct_fields__))
    .join_from(SESSIONS, IDENTITIES, SESSIONS.c.identity_id == IDENTITIES.c.id)
    .where(SESSIONS.c.token_hash == bindparam("token_hash"))
)
