"""Which statements does `storage/letters.py` run?"""

from typing import Final

from sqlalchemy import and_, bindparam, delete, exists, insert, or_, select, update

from limen.domain.courier.letter import LetterStatus
from limen.storage import letters
from limen.storage.letter_rows import DispatchRow, LetterRow
from limen.storage.tables import DISPATCHES, LETTERS

_LETTER: Final = select(*(LETTERS.c[name] for name in LetterRow.__struct_fields__))
_EARLIER: Final = LETTERS.alias("earlier")
_UNDER_WAY: Final = exists().where(
    _EARLIER.c.recipient == LETTERS.c.recipient,
    _EARLIER.c.due_at > bindparam("now"),
    _EARLIER.c.status == LetterStatus.PROCESSING.value,
)
"""Another message to the same person is being delivered: this one waits, so that they arrive in order."""
_OLDER: Final = and_(
    LETTERS.c.created_at <= bindparam("after_time"),
    or_(LETTERS.c.created_at < bindparam("after_time"), LETTERS.c.id > bindparam("after_id")),
)
_STATUS: Final = {True: (LETTERS.c.status == bindparam("status"),), False: ()}
_RECIPIENT: Final = {True: (LETTERS.c.recipient == bindparam("recipient"),), False: ()}
_AS_CLAIMED: Final = and_(LETTERS.c.id == bindparam("letter_id"), LETTERS.c.send_count == bindparam("claim"))

GET: Final = _LETTER.where(LETTERS.c.id == bindparam("id"))
DUE: Final = (
    _LETTER.where(LETTERS.c.due_at <= bindparam("now"), ~_UNDER_WAY)
    .order_by(LETTERS.c.due_at, LETTERS.c.created_at, LETTERS.c.id)
    .limit(bindparam("limit"))
)
PAGES: Final = {
    (status, recipient): _LETTER.where(*_STATUS[status], *_RECIPIENT[recipient], _OLDER)
    .order_by(LETTERS.c.created_at.desc(), LETTERS.c.id)
    .limit(bindparam("limit"))
    for status, recipient in letters.PAGES
}
OF_LETTER: Final = (
    select(*(DISPATCHES.c[name] for name in DispatchRow.__struct_fields__))
    .where(DISPATCHES.c.letter_id == bindparam("letter_id"))
    .order_by(DISPATCHES.c.created_at.desc(), DISPATCHES.c.id)
    .limit(1000)
)
ADD: Final = insert(LETTERS)
LEASE: Final = (
    update(LETTERS)
    .where(_AS_CLAIMED, LETTERS.c.status == bindparam("read_status"))
    .values(
        status=LetterStatus.PROCESSING.value,
        due_at=bindparam("until"),
        send_count=bindparam("count"),
    )
)
SETTLE: Final = (
    update(LETTERS)
    .where(_AS_CLAIMED, LETTERS.c.status == LetterStatus.PROCESSING.value)
    .values(status=bindparam("outcome"), due_at=bindparam("next"), updated_at=bindparam("at"))
)
HASTEN: Final = (
    update(LETTERS)
    .where(_AS_CLAIMED, LETTERS.c.status == LetterStatus.QUEUED.value, LETTERS.c.due_at > bindparam("at"))
    .values(due_at=bindparam("at"))
)
WIPE: Final = (
    update(LETTERS)
    .where(LETTERS.c.id == bindparam("letter_id"))
    .values(subject="", body="", html="", data="{}", request_headers="{}")
)
_ENDED: Final = (
    select(LETTERS.c.id)
    .where(LETTERS.c.created_at < bindparam("before"), LETTERS.c.due_at.is_(None))
    .order_by(LETTERS.c.created_at, LETTERS.c.id)
    .limit(bindparam("limit"))
)
REMOVE_OLD: Final = delete(LETTERS).where(LETTERS.c.id.in_(_ENDED))
ADD_DISPATCH: Final = insert(DISPATCHES)
