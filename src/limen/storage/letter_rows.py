"""How do messages and attempts become rows, and rows messages and attempts?"""

from datetime import datetime

import msgspec

from limen.domain.courier.letter import Letter, LetterStatus, TemplateType
from limen.domain.identity.addresses import Via
from limen.kernel.json_doc import JsonDoc
from limen.ports.storage import Dispatch
from limen.storage.rows import instant
from limen.storage.statements import Values

_OVER = frozenset({LetterStatus.SENT, LetterStatus.ABANDONED})


class LetterRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of `letters`, in the order of the columns."""

    id: str
    via: Via
    status: LetterStatus
    template: TemplateType
    recipient: str
    subject: str
    body: str
    html: str
    data: str
    request_headers: str
    send_count: int
    created_at: datetime
    updated_at: datetime
    due_at: datetime | None


class DispatchRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of `dispatches`, in the order of the columns."""

    id: str
    letter_id: str
    status: str
    error: str | None
    created_at: datetime


def letter_values(letter: Letter) -> Values:
    return {
        "id": letter.id,
        "via": letter.via.value,
        "status": letter.status.value,
        "template": letter.template.value,
        "recipient": letter.recipient,
        "subject": letter.subject,
        "body": letter.body,
        "html": letter.html,
        "data": letter.data.text,
        "request_headers": letter.request_headers.text,
        "send_count": letter.send_count,
        "created_at": instant(letter.created_at),
        "updated_at": instant(letter.updated_at),
        "due_at": due_of(letter),
    }


def due_of(letter: Letter) -> str | None:
    """When the message is to be tried; nothing for one that was sent or given up."""
    return None if letter.status in _OVER else instant(letter.due_at)


def letter_of(row: LetterRow) -> Letter:
    return Letter(
        id=row.id,
        via=row.via,
        status=row.status,
        template=row.template,
        recipient=row.recipient,
        subject=row.subject,
        body=row.body,
        html=row.html,
        data=JsonDoc.stored(row.data),
        request_headers=JsonDoc.stored(row.request_headers),
        send_count=row.send_count,
        created_at=row.created_at,
        updated_at=row.updated_at,
        due_at=row.due_at or row.updated_at,
    )


def dispatch_values(dispatch: Dispatch) -> Values:
    return {
        "id": dispatch.id,
        "letter_id": dispatch.letter_id,
        "status": dispatch.status,
        "error": None if dispatch.error is None else dispatch.error.text,
        "created_at": instant(dispatch.created_at),
    }


def dispatch_of(row: DispatchRow) -> Dispatch:
    return Dispatch(
        id=row.id,
        letter_id=row.letter_id,
        status=row.status,
        error=None if row.error is None else JsonDoc.stored(row.error),
        created_at=row.created_at,
    )
