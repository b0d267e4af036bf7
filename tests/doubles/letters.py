"""Who words the messages of a test? Nobody: what they are about is kept, and what they hold can be asked for."""

from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from doubles.clock import ManualClock
from limen.config.model import Config
from limen.domain.courier.letter import Letter, LetterStatus, TemplateType
from limen.kernel.json_doc import JsonDoc
from limen.ports.courier import Wording


class PlainLetters:
    """Composes messages without templates, and remembers what each was about."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.composed: list[Wording] = []

    async def compose(self, config: Config, wording: Wording) -> Letter:
        self.composed.append(wording)
        now: datetime = self._clock.now()
        asked_at = wording.asked_at or now
        return Letter(
            id=f"00000000-0000-4000-8000-{len(self.composed):012d}",
            via=wording.via,
            status=LetterStatus.QUEUED,
            template=wording.template,
            recipient=wording.recipient,
            subject=wording.template.value,
            body=wording.code or wording.url,
            data=JsonDoc.of({"code": wording.code, "url": wording.url}),
            created_at=asked_at,
            updated_at=now,
            due_at=asked_at,
        )

    def code(self, recipient: str) -> str:
        """The code of the latest message to somebody."""
        return next(each.code for each in reversed(self.composed) if each.recipient == recipient and each.code)

    def link(self, recipient: str) -> str:
        """The path and query of the link in the latest message to somebody."""
        url = next(each.url for each in reversed(self.composed) if each.recipient == recipient and each.url)
        parts = urlsplit(url)
        return f"{parts.path}?{parts.query}"

    def link_query(self, recipient: str) -> dict[str, str]:
        query = parse_qs(urlsplit(self.link(recipient)).query)
        return {name: values[0] for name, values in query.items()}

    def to(self, recipient: str) -> list[TemplateType]:
        """The templates of everything that was composed for somebody."""
        return [each.template for each in self.composed if each.recipient == recipient]
