"""How are messages worded? From templates, at the moment of the change that they report (COU-*)."""

from datetime import timedelta
from typing import Protocol

import msgspec

from limen.config.model import Config
from limen.domain.courier.letter import Letter, TemplateType
from limen.domain.identity.addresses import Via
from limen.domain.identity.identity import Identity
from limen.kernel.errors import LimenError
from limen.kernel.json_doc import JsonDoc


class TemplateBroken(LimenError):
    """An operator's template cannot be read or rendered; `reason` names template, line and construct."""


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """What a message is about: the template and everything that it may say."""

    template: TemplateType
    recipient: str
    via: Via
    code: str = ""
    url: str = ""
    lifespan: timedelta | None = None
    identity: Identity | None = None
    request_url: str = ""
    transient_payload: JsonDoc | None = None
    language: str = ""
    """The reader's preferred language (`Accept-Language`), empty for the default."""


class Letters(Protocol):
    """Composes messages; sending them is the dispatcher's work."""

    async def compose(self, config: Config, wording: Wording) -> Letter:
        """The message, ready for the outbox. Raises TemplateBroken."""
        ...
