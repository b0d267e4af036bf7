"""How is a message worded? From the operator's template or the one in the box, in the reader's language."""

import re
from functools import lru_cache
from typing import Final

from limen.app.courier import gotemplate
from limen.app.courier.facts import facts
from limen.app.courier.gotemplate import Kind, Template
from limen.app.courier.sources import HTML, LANGUAGES, PLAIN, SMS, SUBJECT, Part, Source, TemplateSources, frame
from limen.config.model import Config
from limen.domain.courier.letter import Letter, LetterStatus
from limen.domain.identity.addresses import Via
from limen.kernel.clock import Clock
from limen.kernel.ids import Ids
from limen.kernel.json_doc import JsonDoc, JsonObject
from limen.kernel.language import negotiate
from limen.ports.courier import JinjaTemplates, TemplateBroken, Wording
from limen.ports.documents import Documents

_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_LONGEST_SUBJECT: Final = 900


class WrittenLetters:
    """Implements `ports.courier.Letters`."""

    def __init__(self, documents: Documents, jinja: JinjaTemplates, clock: Clock, ids: Ids) -> None:
        self._sources = TemplateSources(documents, clock)
        self._jinja = jinja
        self._clock = clock
        self._ids = ids

    async def compose(self, config: Config, wording: Wording) -> Letter:
        """The message, ready for the outbox. Raises TemplateBroken."""
        now = self._clock.now()
        asked_at = wording.asked_at or now
        language = negotiate(wording.language, LANGUAGES)
        known = facts(config, wording, language, now)

        async def part(part: Part, kind: Kind) -> str:
            source = await self._sources.find(config.courier, wording.template, part, language)
            return self._rendered(source, known.named, kind)

        subject = html = ""
        if wording.via is Via.EMAIL:
            subject = _subject(wording, await part(SUBJECT, Kind.LINE))
            html = await part(HTML, Kind.HTML)
        return Letter(
            id=str(self._ids.uuid()),
            via=wording.via,
            status=LetterStatus.QUEUED,
            template=wording.template,
            recipient=wording.recipient,
            subject=subject,
            body=await part(SMS if wording.via is Via.SMS else PLAIN, Kind.TEXT),
            html=html,
            data=JsonDoc.of(known.told),
            request_headers=wording.request_headers,
            created_at=asked_at,
            updated_at=now,
            due_at=asked_at,
        )

    def _rendered(self, source: Source, data: JsonObject, kind: Kind) -> str:
        if not source.jinja:
            return gotemplate.render(_parsed(source, kind), data, kind)
        text = self._jinja.render(source.name, source.text, data, html=kind is Kind.HTML)
        return " ".join(text.split()) if kind is Kind.LINE else text


@lru_cache(maxsize=256)
def _parsed(source: Source, kind: Kind) -> Template:
    return gotemplate.parsed(source.name, source.text, *((frame(),) if kind is Kind.HTML else ()))


def _subject(wording: Wording, text: str) -> str:
    """One line, or nothing goes out: whatever stands behind a break would be read as a header (security.md §2.23)."""
    subject = text.strip()
    if _BREAKS.search(subject):
        raise TemplateBroken(f"The subject of {wording.template.value} has more than one line.")
    return subject[:_LONGEST_SUBJECT]
