"""Which statements does `storage/limits.py` run?"""

from typing import Final

from sqlalchemy import Integer, bindparam, case, literal, select, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Insert

from limen.ports.limits import MOST_READ
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
READ: Final = select(LIMITS.c.id, LIMITS.c.count, LIMITS.c.expires_at).where(
    LIMITS.c.id.in_([bindparam(f"id_{place}") for place in range(MOST_READ)])
)
NOTE: Final = (
    update(LIMITS)
    .where(LIMITS.c.id == bindparam("limit_id"))
    .values(
        count=case((LIMITS.c.expires_at <= bindparam("at"), literal(1, Integer())), else_=LIMITS.c.count + 1),
        expires_at=bindparam("ends"),
    )
)
