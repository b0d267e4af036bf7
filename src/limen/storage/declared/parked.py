"""Which statements does `storage/parked.py` run?"""

from typing import Final

from sqlalchemy import bindparam, delete, insert, select

from limen.storage.parked import ParkedRow
from limen.storage.tables import PARKED

GET: Final = select(*(PARKED.c[name] for name in ParkedRow.__struct_fields__)).where(PARKED.c.id == bindparam("id"))
ADD: Final = insert(PARKED)
REMOVE: Final = delete(PARKED).where(PARKED.c.id == bindparam("parked_id"))
