"""Which statements does `storage/asked.py` run?"""

from typing import Final

from sqlalchemy import bindparam, delete, insert, select, update

from limen.storage.tables import ASKED

DUE: Final = (
    select(ASKED)
    .where(ASKED.c.due_at <= bindparam("now"))
    .order_by(ASKED.c.asked_at, ASKED.c.id)
    .limit(bindparam("limit"))
)
ADD: Final = insert(ASKED)
LEASE: Final = (
    update(ASKED)
    .where(ASKED.c.id == bindparam("asked_id"), ASKED.c.due_at == bindparam("read"))
    .values(due_at=bindparam("until"))
)
REMOVE: Final = delete(ASKED).where(ASKED.c.id == bindparam("asked_id"))
