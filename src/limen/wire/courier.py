"""How do messages look to operators, and in the inbox of a developer? (HTTP-78, HTTP-79, COU-12)"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from limen.app.courier.inbox import Kept
from limen.domain.courier.letter import Letter
from limen.ports.storage import Dispatch

_HIDDEN: Final = "<redacted-unless-dev-mode>"


class WireDispatch(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    message_id: str
    status: str
    error: msgspec.Raw | msgspec.UnsetType
    created_at: datetime
    updated_at: datetime


class WireMessage(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    status: str
    type: str
    recipient: str
    body: str
    subject: str
    template_type: str
    channel: str
    send_count: int
    dispatches: tuple[WireDispatch, ...] | msgspec.UnsetType = msgspec.UNSET
    created_at: datetime
    updated_at: datetime


class InboxAnswer(msgspec.Struct, frozen=True):
    messages: Sequence[Kept]


def message(letter: Letter, dispatches: Sequence[Dispatch] = (), *, readable: bool) -> WireMessage:
    """A message; what it says is only shown in development (COU-12)."""
    return WireMessage(
        id=letter.id,
        status=letter.status.value,
        type=letter.via.value,
        recipient=letter.recipient,
        body=letter.body if readable else _HIDDEN,
        subject=letter.subject if readable else _HIDDEN,
        template_type=letter.template.value,
        channel=letter.via.value,
        send_count=letter.send_count,
        dispatches=tuple(map(_dispatch, dispatches)) or msgspec.UNSET,
        created_at=letter.created_at,
        updated_at=letter.updated_at,
    )


def _dispatch(dispatch: Dispatch) -> WireDispatch:
    return WireDispatch(
        id=dispatch.id,
        message_id=dispatch.letter_id,
        status=dispatch.status,
        error=msgspec.UNSET if dispatch.error is None else dispatch.error.raw,
        created_at=dispatch.created_at,
        updated_at=dispatch.created_at,
    )
