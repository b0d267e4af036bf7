"""Which statements does `storage/flows.py` run?"""

from typing import Final

from sqlalchemy import bindparam, insert, select, update

from limen.storage.rows import FlowRow
from limen.storage.tables import FLOWS

_SAVED: Final = tuple(name for name in FlowRow.__struct_fields__ if name not in {"id", "kind", "version"})

GET: Final = select(*(FLOWS.c[name] for name in FlowRow.__struct_fields__)).where(
    FLOWS.c.id == bindparam("id"), FLOWS.c.kind == bindparam("kind")
)
ADD: Final = insert(FLOWS)
SAVE: Final = (
    update(FLOWS)
    .where(FLOWS.c.id == bindparam("flow_id"), FLOWS.c.version == bindparam("read_version"))
    .values({name: bindparam(name) for name in _SAVED})
    .values(version=bindparam("next_version"))
)
