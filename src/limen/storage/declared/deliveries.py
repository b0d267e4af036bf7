"""Which statements does `storage/deliveries.py` run?"""

from typing import Final

from sqlalchemy import and_, bindparam, insert, or_, select, update

from limen.domain.hooks.delivery import DeliveryStatus
from limen.storage import deliveries
from limen.storage.deliveries import DeliveryRow
from limen.storage.tables import DELIVERIES

_C: Final = DELIVERIES.c

_ROW: Final = select(*(_C[name] for name in DeliveryRow.__struct_fields__))
_AS_CLAIMED: Final = and_(_C.id == bindparam("delivery_id"), _C.attempts == bindparam("claim"))
_OLDER: Final = and_(
    _C.created_at <= bindparam("after_time"),
    or_(_C.created_at < bindparam("after_time"), _C.id > bindparam("after_id")),
)
_STATUS: Final = {True: (_C.status == bindparam("status"),), False: ()}
_HOOK: Final = {True: (_C.hook == bindparam("hook"),), False: ()}

GET: Final = _ROW.where(_C.id == bindparam("id"))
DUE: Final = (
    _ROW.where(_C.hook == bindparam("hook"), _C.due_at <= bindparam("now"))
    .order_by(_C.due_at)
    .limit(bindparam("limit"))
)
OVERDUE: Final = _ROW.where(_C.due_at < bindparam("before")).order_by(_C.due_at).limit(bindparam("limit"))
PAGES: Final = {
    (status, hook): _ROW.where(*_STATUS[status], *_HOOK[hook], _OLDER)
    .order_by(_C.created_at.desc(), _C.id)
    .limit(bindparam("limit"))
    for status, hook in deliveries.PAGES
}
ADD: Final = insert(DELIVERIES)
LEASE: Final = (
    update(DELIVERIES)
    .where(_AS_CLAIMED, _C.status == bindparam("read_status"))
    .values(status=DeliveryStatus.SENDING.value, due_at=bindparam("until"), attempts=bindparam("count"))
)
SETTLE: Final = (
    update(DELIVERIES)
    .where(_AS_CLAIMED, _C.status == DeliveryStatus.SENDING.value)
    .values(
        status=bindparam("outcome"),
        answer=bindparam("said"),
        due_at=bindparam("next"),
        expires_at=bindparam("gone"),
        updated_at=bindparam("at"),
    )
)
REPEAT: Final = (
    update(DELIVERIES)
    .where(_AS_CLAIMED, _C.status != DeliveryStatus.SENDING.value)
    .values(
        status=DeliveryStatus.WAITING.value,
        most_attempts=bindparam("most"),
        due_at=bindparam("at"),
        expires_at=None,
        updated_at=bindparam("at"),
    )
)
