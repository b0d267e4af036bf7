"""What does the inbox of a developer show? Every message with what one needs from it: the code, the link, the text."""

from collections.abc import Iterable
from datetime import datetime

from limen.app.courier.inbox import Kept
from limen.ui.addresses import safe_link
from limen.ui.views import InboxView, LetterView
from limen.ui.wording import Wording


def inbox_view(messages: Iterable[Kept], wording: Wording, now: datetime) -> InboxView:
    """The inbox page. Messages are shown as text: what is written in one cannot act here."""
    return InboxView(letters=tuple(_letter(message, wording, now) for message in messages))


def _letter(message: Kept, wording: Wording, now: datetime) -> LetterView:
    return LetterView(
        icon="phone" if message.channel == "sms" else "letter",
        recipient=message.recipient,
        subject=message.subject or wording.text("inbox.sms"),
        since=wording.ago(message.created_at, now),
        since_iso=message.created_at.isoformat(),
        code=message.code,
        href=safe_link(message.link) if message.link else "",
        body=message.body.strip(),
    )
