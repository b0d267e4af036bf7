"""Where is the text of a template? In the operator's configuration, in the operator's folder, or in the box (COU-11)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from limen.config.courier import CourierConfig, CourierTemplates, EmailTemplate, SmsTemplate
from limen.domain.courier.letter import TemplateType
from limen.kernel.clock import Clock
from limen.ports.courier import TemplateBroken
from limen.ports.documents import Documents, DocumentUnavailable

LANGUAGES: Final = ("en", "de")
"""The languages that the templates in the box speak; the first one is for everybody else."""
_BOX: Final = Path(__file__).parent / "templates"
_FRESH: Final = timedelta(minutes=1)
_MOST_KEPT: Final = 512
_NOTHING: Final = EmailTemplate()
_NO_TEXT: Final = SmsTemplate()
_JINJA_ENDINGS: Final = (".j2", ".jinja", ".jinja2")
_JINJA_MARK: Final = "{# jinja2 #}"


class Part(msgspec.Struct, frozen=True):
    """One text of a message: its file name in an operator's folder, and in the box."""

    own: str
    box: str


SUBJECT: Final = Part("email.subject", "subject.txt")
PLAIN: Final = Part("email.body.plaintext", "body.txt")
HTML: Final = Part("email.body", "body.html")
SMS: Final = Part("sms.body", "sms.txt")


class Source(msgspec.Struct, frozen=True):
    """The text of a template, how it is written, and what it is called in errors."""

    name: str
    text: str
    jinja: bool = False


class _Kept(msgspec.Struct, frozen=True):
    text: str | None
    read_at: datetime


class TemplateSources:
    """Finds templates. What operators wrote is read again after a minute; an address that fails then keeps its last text."""

    def __init__(self, documents: Documents, clock: Clock) -> None:
        self._documents = documents
        self._clock = clock
        self._kept: dict[str, _Kept] = {}

    async def find(self, config: CourierConfig, template: TemplateType, part: Part, language: str) -> Source:
        """The template of one part of a message. Raises TemplateBroken when the operator's cannot be read."""
        if url := configured(config.templates, template, part):
            name = f"{template.value}: {part.own}"
            try:
                text = await self._read(url)
            except DocumentUnavailable as error:
                raise TemplateBroken(f"The template {name} cannot be read: {error.reason}") from error
            return Source(name, text, urlsplit(url).path.endswith(_JINJA_ENDINGS) or text.startswith(_JINJA_MARK))
        if config.template_override_path:
            found = await self._in_folder(config.template_override_path, template, part, language)
            if found is not None:
                return found
        return in_the_box(template, part, language)

    async def _in_folder(self, folder: str, template: TemplateType, part: Part, language: str) -> Source | None:
        base = f"{folder_of(template)}/{part.own}"
        for middle in (f".{language}", ""):
            for ending in (".gotmpl", *_JINJA_ENDINGS):
                name = f"{base}{middle}{ending}"
                text = await self._attempt(f"file://{folder.rstrip('/')}/{name}")
                if text is not None:
                    return Source(name, text, ending != ".gotmpl")
        return None

    async def _attempt(self, url: str) -> str | None:
        kept = self._kept.get(url)
        if kept is not None and self._clock.now() - kept.read_at < _FRESH:
            return kept.text
        try:
            return await self._read(url)
        except DocumentUnavailable:
            self._keep(url, None)
            return None

    async def _read(self, url: str) -> str:
        kept = self._kept.get(url)
        if kept is not None and kept.text is not None and self._clock.now() - kept.read_at < _FRESH:
            return kept.text
        try:
            text = (await self._documents.read(url)).decode()
        except UnicodeDecodeError as error:
            raise DocumentUnavailable("The template is not UTF-8 text.") from error
        except DocumentUnavailable:
            if kept is not None and kept.text is not None and not url.startswith("file:"):
                self._keep(url, kept.text)
                return kept.text
            raise
        self._keep(url, text)
        return text

    def _keep(self, url: str, text: str | None) -> None:
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[url] = _Kept(text, self._clock.now())


def folder_of(template: TemplateType) -> str:
    """The folder of a template within an operator's: `recovery_code/valid`, for example."""
    head, _, tail = template.value.rpartition("_")
    return f"{head}/{tail}" if tail in {"valid", "invalid"} else template.value


def configured(templates: CourierTemplates, template: TemplateType, part: Part) -> str:
    """The address that the configuration names for one part of a message; empty when it names none."""
    email, sms = _sections(templates).get(template, (_NOTHING, _NO_TEXT))
    found = {SUBJECT: email.subject, PLAIN: email.body.plaintext, HTML: email.body.html, SMS: sms.body.plaintext}
    return found[part] or ""


def _sections(templates: CourierTemplates) -> Mapping[TemplateType, tuple[EmailTemplate, SmsTemplate]]:
    recovery, codes = templates.recovery, templates.recovery_code
    proof, proof_codes = templates.verification, templates.verification_code
    changed = templates.verifiable_address_changed
    return {
        TemplateType.RECOVERY_VALID: (recovery.valid.email, recovery.valid.sms),
        TemplateType.RECOVERY_INVALID: (recovery.invalid.email, _NO_TEXT),
        TemplateType.RECOVERY_CODE_VALID: (codes.valid.email, codes.valid.sms),
        TemplateType.RECOVERY_CODE_INVALID: (codes.invalid.email, _NO_TEXT),
        TemplateType.VERIFICATION_VALID: (proof.valid.email, proof.valid.sms),
        TemplateType.VERIFICATION_INVALID: (proof.invalid.email, _NO_TEXT),
        TemplateType.VERIFICATION_CODE_VALID: (proof_codes.valid.email, proof_codes.valid.sms),
        TemplateType.VERIFICATION_CODE_INVALID: (proof_codes.invalid.email, _NO_TEXT),
        TemplateType.LOGIN_CODE_VALID: (templates.login_code.valid.email, templates.login_code.valid.sms),
        TemplateType.REGISTRATION_CODE_VALID: (
            templates.registration_code.valid.email,
            templates.registration_code.valid.sms,
        ),
        TemplateType.VERIFIABLE_ADDRESS_CHANGED: (changed.email, changed.sms),
    }


@lru_cache(maxsize=256)
def in_the_box(template: TemplateType, part: Part, language: str) -> Source:
    """The template that comes with Limen. Raises TemplateBroken where a message has no such part."""
    file = _BOX / template.value / f"{language}.{part.box}"
    if not file.is_file():
        raise TemplateBroken(f"There is no template {template.value} for this way of delivery: {part.own}.")
    return Source(f"{template.value}/{file.name}", file.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def frame() -> str:
    """What surrounds every HTML part in the box."""
    return (_BOX / "frame.html").read_text(encoding="utf-8")
