"""Which statements does `storage/session_changes.py` run?"""

from typing import Final

from sqlalchemy import bindparam, delete, insert, true, update

from limen.storage.tables import SESSIONS

_RENEWED: Final = ("aal", "methods", "devices", "authenticated_at", "expires_at")

_OF_IDENTITY: Final = SESSIONS.c.identity_id == bindparam("owner")
_IS_ACTIVE: Final = SESSIONS.c.active.is_(true())

ADD: Final = insert(SESSIONS)
RENEW: Final = (
    update(SESSIONS)
    .where(SESSIONS.c.id == bindparam("session_id"), _OF_IDENTITY, _IS_ACTIVE)
    .values({name: bindparam(name) for name in ("active", "issued_at", *_RENEWED)})
    .values(token_hash=bindparam("new_token_hash"))
)
SAVE: Final = (
    update(SESSIONS)
    .where(SESSIONS.c.id == bindparam("session_id"))
    .values({name: bindparam(name) for name in _RENEWED})
)
END: Final = update(SESSIONS).where(SESSIONS.c.id == bindparam("session_id")).values(active=bindparam("state"))
END_THEIRS: Final = END.where(_OF_IDENTITY)
END_OTHERS: Final = (
    update(SESSIONS).where(_OF_IDENTITY, SESSIONS.c.id != bindparam("keep")).values(active=bindparam("state"))
)
"""Also those that ended before: clients are told how many rows that touches (HTTP-33)."""
REMOVE: Final = delete(SESSIONS).where(SESSIONS.c.id == bindparam("session_id"))
REMOVE_ALL: Final = delete(SESSIONS).where(_OF_IDENTITY)
