"""Which statements does `storage/sessions.py` run?"""

from typing import Final

from sqlalchemy import ColumnElement, and_, bindparam, false, func, or_, select, true

from limen.storage.rows import SessionColumns
from limen.storage.sessions import SHAPES
from limen.storage.tables import SESSIONS

_SESSION: Final = select(*(SESSIONS.c[name] for name in SessionColumns.__struct_fields__))
_NUMBER: Final = select(func.count()).select_from(SESSIONS)
_NOT_THIS: Final = SESSIONS.c.id != bindparam("except_id")
_OLDER: Final = and_(
    SESSIONS.c.issued_at <= bindparam("after_time"),
    or_(SESSIONS.c.issued_at < bindparam("after_time"), SESSIONS.c.id > bindparam("after_id")),
)
_THEIRS: Final = {True: (SESSIONS.c.identity_id == bindparam("owner"),), False: ()}
_STATES: Final[dict[bool | None, tuple[ColumnElement[bool], ...]]] = {
    None: (),
    True: (SESSIONS.c.active.is_(true()), SESSIONS.c.expires_at > bindparam("now")),
    False: (or_(SESSIONS.c.active.is_(false()), SESSIONS.c.expires_at <= bindparam("now")),),
}

BY_TOKEN: Final = _SESSION.where(SESSIONS.c.token_hash == bindparam("token_hash"))
GET: Final = _SESSION.where(SESSIONS.c.id == bindparam("id"))
PAGES: Final = {
    (active, theirs): _SESSION.where(*_STATES[active], *_THEIRS[theirs], _NOT_THIS, _OLDER)
    .order_by(SESSIONS.c.issued_at.desc(), SESSIONS.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
    for active, theirs in SHAPES
}
COUNTS: Final = {
    (active, theirs): _NUMBER.where(*_STATES[active], *_THEIRS[theirs], _NOT_THIS) for active, theirs in SHAPES
}
