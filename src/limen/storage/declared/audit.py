"""Which statements does `storage/audit.py` run?"""

from typing import Final

from sqlalchemy import bindparam, select

from limen.storage.declared.limits import UnlessThere
from limen.storage.tables import AUDIT_ENTRIES

_ENTRY: Final = select(AUDIT_ENTRIES)
NEWEST: Final = (
    _ENTRY.where(AUDIT_ENTRIES.c.number < bindparam("before"))
    .order_by(AUDIT_ENTRIES.c.number.desc())
    .limit(bindparam("limit"))
)
SINCE: Final = (
    _ENTRY.where(AUDIT_ENTRIES.c.number > bindparam("after")).order_by(AUDIT_ENTRIES.c.number).limit(bindparam("limit"))
)
ADD: Final = UnlessThere(AUDIT_ENTRIES).values(
    {column.name: bindparam(column.name) for column in AUDIT_ENTRIES.columns}
)
