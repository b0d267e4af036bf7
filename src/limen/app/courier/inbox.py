"""Where do messages go while one develops? Into an inbox in the box: nothing is sent, and everything can be read."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

import msgspec

from limen.app.courier.facts import code_and_link
from limen.config.model import Config
from limen.domain.courier.letter import Letter
from limen.domain.identity.addresses import Via
from limen.ports.courier import Carrier
from limen.ports.storage import LetterFilter, LetterReads, Page

MOST_SHOWN: Final = 50
LONGEST_WAIT: Final = 60.0
_ANOTHER_LOOK: Final = 1.0
"""Seconds between two looks while one waits: another process on the same database may have delivered the message."""


def is_open(config: Config) -> bool:
    """Whether there is an inbox: in development, while nobody is configured to deliver e-mail, or as the configuration says."""
    courier = config.courier
    if not config.dev or courier.dev_inbox is False:
        return False
    return courier.dev_inbox is True or (courier.delivery_strategy == "smtp" and courier.smtp.connection_uri is None)


def keeps(config: Config, via: Via) -> bool:
    """Whether messages of this kind stay in the inbox; text messages go out as soon as there is a channel for them."""
    return is_open(config) and (via is Via.EMAIL or config.courier.dev_inbox is True or not config.courier.channels)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A message as the inbox shows it."""

    id: str
    channel: str
    template_type: str
    recipient: str
    subject: str
    body: str
    html: str
    code: str
    link: str
    created_at: datetime


class Inbox:
    """The carrier that keeps messages, and their reader. They are where every message is: in the outbox's table."""

    def __init__(self, letters: LetterReads, config: Callable[[], Config]) -> None:
        self._letters = letters
        self._config = config
        self._arrived = asyncio.Event()

    @property
    def open(self) -> bool:
        """Whether there is an inbox as things are configured now."""
        return is_open(self._config())

    async def deliver(self, config: Config, letter: Letter) -> None:
        """Tell whoever waits. Nobody else has to be told: the message is stored already."""
        del config, letter
        arrived, self._arrived = self._arrived, asyncio.Event()
        arrived.set()

    async def messages(self, recipient: str = "", after: str = "") -> Sequence[Kept]:
        """What is there, newest first: of one recipient, and newer than the message with the id `after`."""
        found: list[Kept] = []
        for letter in await self._letters.page(LetterFilter(recipient=recipient), Page(limit=MOST_SHOWN)):
            if letter.id == after:
                break
            if letter.send_count:
                found.append(_kept(letter))
        return found

    async def wait(self, seconds: float, recipient: str = "", after: str = "") -> Sequence[Kept]:
        """The same, as soon as there is a message, or an empty list when none arrived in that time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(min(max(seconds, 0.0), LONGEST_WAIT)):
                while True:
                    arrived = self._arrived
                    if found := await self.messages(recipient, after):
                        return found
                    with suppress(TimeoutError):
                        await asyncio.wait_for(arrived.wait(), _ANOTHER_LOOK)
        return await self.messages(recipient, after)


class Carriers:
    """The carrier for each message: a mail server, a service, or the inbox."""

    def __init__(self, smtp: Carrier, http: Carrier, inbox: Carrier) -> None:
        self._smtp = smtp
        self._http = http
        self._inbox = inbox

    async def deliver(self, config: Config, letter: Letter) -> None:
        """Hand it to the carrier that the configuration names. Raises DeliveryFailed."""
        if keeps(config, letter.via):
            carrier = self._inbox
        elif letter.via is Via.EMAIL and config.courier.delivery_strategy == "smtp":
            carrier = self._smtp
        else:
            carrier = self._http
        await carrier.deliver(config, letter)


def _kept(letter: Letter) -> Kept:
    code, link = code_and_link(letter.data)
    return Kept(
        id=letter.id,
        channel=letter.via.value,
        template_type=letter.template.value,
        recipient=letter.recipient,
        subject=letter.subject,
        body=letter.body,
        html=letter.html,
        code=code,
        link=link,
        created_at=letter.created_at,
    )
