"""How does a message become an e-mail? Sender, headers and both bodies, written by the mail library and never by hand."""

import re
from email.errors import MessageError
from email.headerregistry import Address, HeaderRegistry
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from functools import lru_cache
from typing import Final

import idna
import msgspec

from limen.adapters.smtp_parts import bodies
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
_INTERNATIONAL: Final = _POLICY.clone(utf8=True)
_NO_ID: Final = "0" * 36
_ID: Final = re.compile(r"[0-9a-f-]{36}")
_PLAIN_ADDRESS: Final = re.compile(
    r"(?=.{3,70}\Z)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
)
_PLAIN_WORDS: Final = re.compile(r"(?=.{1,66}\Z)[!-~]+(?: [!-~]+)*")
"""What the library would write as it is, in one line (the test of that: `test_headers_are_those_of_the_mail_library`)."""


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
    headers: dict[str, bytes] = {}
    try:
        headers["message-id"] = _message_id(letter.id, config.from_address.rpartition("@")[2], utf8=international)
        headers["date"] = f"Date: {format_datetime(letter.created_at)}\r\n".encode("ascii")
        headers["from"] = _sender(config.from_name, config.from_address, utf8=international)
        headers["to"] = _to(recipient)
        headers["subject"] = _subject(letter.subject, utf8=international)
        copies = _further(headers, config, utf8=international)
        # Its own boundary, as nobody can know it: every attempt sends the same octets.
        content = b"".join(headers.values()) + bodies(letter.body, letter.html, f"=_{letter.id}")
    except (ValueError, LookupError, MessageError) as error:
        raise DeliveryFailed("A header of the e-mail is malformed.", final=True) from error
    return Mail(config.from_address, (recipient, *copies), content, international)


def _folded(name: str, value: str | Address, *, utf8: bool) -> bytes:
    """A header as the mail library writes it. Raises ValueError for a value of several lines."""
    policy = _INTERNATIONAL if utf8 else _POLICY
    return policy.fold_binary(*policy.header_store_parse(name, value))


_known = lru_cache(maxsize=256)(_folded)
"""For headers that are the same in many mails: making one takes the library a tenth of a millisecond."""


def _message_id(id: str, domain: str, *, utf8: bool) -> bytes:
    # The library is asked once how it writes such a header; the ids differ in nothing that matters to it.
    pattern = _known("Message-ID", f"<{_NO_ID}@{domain}>", utf8=utf8)
    if not _ID.fullmatch(id) or pattern.count(_NO_ID.encode()) != 1:
        return _folded("Message-ID", f"<{id}@{domain}>", utf8=utf8)
    return pattern.replace(_NO_ID.encode(), id.encode("ascii"))


@lru_cache(maxsize=16)
def _sender(name: str, address: str, *, utf8: bool) -> bytes:
    return _folded("From", Address(display_name=name, addr_spec=address), utf8=utf8)


def _to(recipient: str) -> bytes:
    if _PLAIN_ADDRESS.fullmatch(recipient):
        return f"To: {recipient}\r\n".encode("ascii")
    if recipient.isascii():
        return _folded("To", Address(addr_spec=recipient), utf8=False)
    # The library refuses to judge international addresses; this one was judged before.
    return _folded("To", recipient, utf8=True)


def _subject(subject: str, *, utf8: bool) -> bytes:
    if _PLAIN_WORDS.fullmatch(subject) and "=?" not in subject:
        return f"Subject: {subject}\r\n".encode("ascii")
    return _known("Subject", subject, utf8=utf8)


def _further(headers: dict[str, bytes], config: SmtpDelivery, *, utf8: bool) -> tuple[str, ...]:
    """Set the operator's headers; who gets a copy by them."""
    copies: list[str] = []
    for name, value in config.headers.items():
        known = name.lower()
        if known in _COPIES:
            copies.extend(address for _, address in getaddresses([value]) if _ADDRESS.fullmatch(address))
        if known == "bcc" or known in _OURS:
            continue
        headers.pop(known, None)
        headers[known] = _known(name, value, utf8=utf8)
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
