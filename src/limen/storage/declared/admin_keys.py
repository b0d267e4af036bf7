"""Which statements does `storage/admin_keys.py` run?"""

from typing import Final

from sqlalchemy import bindparam, insert, select, update

from limen.storage.tables import ADMIN_KEYS

_MOST: Final = 10_000

ALL: Final = select(ADMIN_KEYS).order_by(ADMIN_KEYS.c.created_at, ADMIN_KEYS.c.id).limit(_MOST)
ADD: Final = insert(ADMIN_KEYS)
REVOKE: Final = (
    update(ADMIN_KEYS)
    .where(ADMIN_KEYS.c.id == bindparam("key_id"), ADMIN_KEYS.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("at"))
)
