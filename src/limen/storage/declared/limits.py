"""Which statements does `storage/limits.py` run?"""

from typing import Final

from sqlalchemy import Integer, bindparam, literal, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Insert

from limen.storage.tables import LIMITS


class UnlessThere(Insert):
    """An insert that leaves a row with that key as it is. SQLite and what speaks PostgreSQL's protocol write it alike."""

    inherit_cache = False


@compiles(UnlessThere)
def _unless_there(element: UnlessThere, compiler: SQLCompiler, **options: object) -> str:
    return f"{compiler.visit_insert(element, **options)} ON CONFLICT DO NOTHING"  # type: ignore[no-untyped-call]


BEGIN: Final = UnlessThere(LIMITS).values(
    id=bindparam("limit_id"), count=literal(0, Integer()), expires_at=bindparam("ends")
)
COUNT: Final = (
    update(LIMITS)
    .where(LIMITS.c.id == bindparam("limit_id"), LIMITS.c.count < bindparam("most"))
    .values(count=LIMITS.c.count + 1)
)
