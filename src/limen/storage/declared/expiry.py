"""Which statements does `storage/expiry.py` run?"""

from typing import Final

from sqlalchemy import Delete, Table, bindparam, delete, select

from limen.storage.expiry import EXPIRING
from limen.storage.tables import METADATA


def _remove_some(table: Table) -> Delete:
    oldest = select(table.c.id).where(table.c.expires_at < bindparam("before")).order_by(table.c.expires_at)
    # Several processes clean up at once: each takes rows that no other one has (a file has one process, and no such words).
    some = oldest.limit(bindparam("limit")).with_for_update(skip_locked=True)
    return delete(table).where(table.c.id.in_(some))


REMOVALS: Final = {table: _remove_some(METADATA.tables[table]) for table in EXPIRING}
