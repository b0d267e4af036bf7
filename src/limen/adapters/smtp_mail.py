"""How does a message become an e-mail? Sender, headers and both bodies, written by the mail library and never by hand."""

import re
from email.errors import MessageError
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from functools import lru_cache
from typing import Final

import idna
import msgspec

from limen.config.courier import SmtpDelivery
from limen.domain.courier.letter import Letter
from limen.ports.courier import DeliveryFailed

_LONGEST_ADDRESS: Final = 320
_ADDRESS: Final = re.compile(r"[^\s@<>,;:\"\\()\[\]\x00-\x20\x7f]+@[^\s@<>,;:\"\\()\[\]\x00-\x20\x7f]+")
_COPIES: Final = frozenset({"cc", "bcc"})
_OURS: Final = frozenset({"message-id", "date", "to", "mime-version", "content-type", "content-transfer-encoding"})


class _KnownHeaders(HeaderRegistry):
    """Makes a class for each name once; the library makes one for each header of each mail, which takes most of the time."""

    __getitem__ = lru_cache(maxsize=256)(HeaderRegistry.__getitem__)


_POLICY: Final = SMTP.clone(header_factory=_KnownHeaders())


class Mail(msgspec.Struct, frozen=True):
    """An e-mail in its envelope. `international`: it needs a server that speaks SMTPUTF8."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    international: bool


def mail_of(config: SmtpDelivery, letter: Letter) -> Mail:
    """The e-mail. Its Message-ID is the same in every attempt. Raises DeliveryFailed for what no server would take."""
    recipient = _recipient(letter.recipient)
    international = not recipient.isascii()
    policy = _POLICY.clone(utf8=True) if international else _POLICY
    message = EmailMessage(policy=policy)
    try:
        message["Message-ID"] = f"<{letter.id}@{config.from_address.rpartition('@')[2]}>"
        message["Date"] = format_datetime(letter.created_at)
        message["From"] = Address(display_name=config.from_name, addr_spec=config.from_address)
        # The library refuses to judge international addresses; this one was judged above.
        message["To"] = recipient if international else Address(addr_spec=recipient)
        message["Subject"] = letter.subject
        copies = _further(message, config)
        message.set_content(letter.body)
        if letter.html:
            message.add_alternative(letter.html, subtype="html")
            # Its own, as nobody can know it: every attempt sends the same octets.
            message.set_boundary(f"=_{letter.id}")
        content = message.as_bytes()
    except (ValueError, LookupError, MessageError) as error:
        raise DeliveryFailed("A header of the e-mail is malformed.", final=True) from error
    return Mail(config.from_address, (recipient, *copies), content, international)


def _further(message: EmailMessage, config: SmtpDelivery) -> tuple[str, ...]:
    """Set the operator's headers; who gets a copy by them."""
    copies: list[str] = []
    for name, value in config.headers.items():
        if name.lower() in _COPIES:
            copies.extend(address for _, address in getaddresses([value]) if _ADDRESS.fullmatch(address))
        if name.lower() == "bcc" or name.lower() in _OURS:
            continue
        del message[name]
        message[name] = value
    return tuple(copies)


def _recipient(address: str) -> str:
    local, _, domain = address.rpartition("@")
    if len(address.encode(errors="replace")) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(address):
        raise DeliveryFailed("The recipient is no e-mail address.", final=True)
    if domain.isascii():
        return address
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as error:
        raise DeliveryFailed("The recipient's domain does not exist.", final=True) from error
