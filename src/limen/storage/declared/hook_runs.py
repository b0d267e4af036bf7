"""Which statements does `storage/hook_runs.py` run?"""

from typing import Final

from sqlalchemy import bindparam, insert, select

from limen.storage.hook_runs import HookRunRow
from limen.storage.tables import HOOK_RUNS

OF_FLOW: Final = (
    select(*(HOOK_RUNS.c[name] for name in HookRunRow.__struct_fields__))
    .where(HOOK_RUNS.c.flow_id == bindparam("flow_id"))
    .order_by(HOOK_RUNS.c.id)
    .limit(1000)
)
ADD: Final = insert(HOOK_RUNS)
