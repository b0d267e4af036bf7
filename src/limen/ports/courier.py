"""How are messages worded? From templates, at the moment of the change that they report (COU-*)."""

from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from limen.config.model import Config
from limen.domain.courier.letter import Letter, TemplateType
from limen.domain.identity.addresses import Via
from limen.domain.identity.identity import Identity
from limen.kernel.errors import LimenError
from limen.kernel.json_doc import EMPTY, JsonDoc, JsonObject


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
    request_headers: JsonDoc = EMPTY
    """Headers of the request that caused it, as an object of lists; HTTP channels are told (COU-17)."""
    asked_at: datetime | None = None
    """When it was asked for, if that was before now: messages stand and go out in the order of the requests."""


class Letters(Protocol):
    """Composes messages; sending them is the dispatcher's work."""

    async def compose(self, config: Config, wording: Wording) -> Letter:
        """The message, ready for the outbox. Raises TemplateBroken."""
        ...


class JinjaTemplates(Protocol):
    """Renders the operators' templates that are written in Jinja2, in a sandbox."""

    def render(self, name: str, source: str, data: JsonObject, *, html: bool) -> str:
        """The text; with `html` what is inserted is escaped. Raises TemplateBroken naming template and line."""
        ...


class DeliveryFailed(LimenError):
    """A message was not accepted. `final` says that trying again is useless. The reason is shown to operators."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


class NobodyAnswered(DeliveryFailed):
    """As DeliveryFailed, where it was not the message that was refused: nobody was there to take any."""


class Carrier(Protocol):
    """Hands messages of one kind to whoever delivers them: a mail server, a service, the built-in inbox."""

    async def deliver(self, config: Config, letter: Letter) -> None:
        """Returns when somebody else has taken responsibility for the message. Raises DeliveryFailed."""
        ...
