"""Which statements does `storage/error_pages.py` run?"""

from typing import Final

from sqlalchemy import bindparam, insert, select, update

from limen.storage.rows import ErrorPageRow
from limen.storage.tables import ERROR_PAGES

GET: Final = select(*(ERROR_PAGES.c[name] for name in ErrorPageRow.__struct_fields__)).where(
    ERROR_PAGES.c.id == bindparam("id")
)
ADD: Final = insert(ERROR_PAGES)
SEEN: Final = (
    update(ERROR_PAGES)
    .where(ERROR_PAGES.c.id == bindparam("page_id"), ERROR_PAGES.c.seen_at.is_(None))
    .values(seen_at=bindparam("at"))
)
