"""When are two ways to write an identifier the same? E-mail addresses, user names and phone numbers in one form (SCH-17)."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from limen.domain.identity.addresses import Via
from limen.domain.identity.formats import is_email, phone_number
from limen.kernel.errors import LimenError

_INVISIBLE: Final = frozenset(
    chr(point)
    for first, last in (
        (0x034F, 0x034F),  # combining grapheme joiner
        (0x1100, 0x11FF),  # conjoining Hangul; what belongs together was composed before
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x3164, 0x3164),  # Hangul filler
        (0xA960, 0xA97F),
        (0xD7B0, 0xD7FF),
        (0xFE00, 0xFE0F),  # variation selectors
        (0xFFA0, 0xFFA0),
        (0xE0100, 0xE01EF),
    )
    for point in range(first, last + 1)
)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_PHONE: Final = re.compile(r"(?:tel:)?[ (]*\+[0-9 ()./-]+")
_MIDDLE_DOT: Final = "\u00b7"
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN"})


class NotAnAddress(LimenError):
    """The value cannot be an address of that kind."""


def lookup_form(value: str) -> str:
    """The form in which an identifier is stored and looked up; empty when nothing visible is left.

    Width is folded, letters are lower case, compatibility characters become plain ones, control and invisible characters
    go, and so does space at both ends; a phone number becomes E.164 (SCH-17, PWD-17, CODE-21). Applying it again changes
    nothing. Unlike Kratos, text that merely contains a phone number (`x+49…`, `a@+49…`) stays text.
    """
    text = _folded(value)
    if "+" in text and _PHONE.fullmatch(text):
        return phone_number(text) or text
    return text


def address(value: str, via: Via) -> str:
    """The address in its one form. Raises NotAnAddress unless it is one beyond doubt (strict form, SCH-17)."""
    return email(value) if via is Via.EMAIL else phone(value)


def email(value: str) -> str:
    """The e-mail address in lower case. Raises NotAnAddress; also for invisible and right-to-left characters."""
    text = value.strip()
    folded = _folded(text)
    if _CONTROL.search(text) or (not text.isascii() and (_hides(text) or _mixes_directions(folded))):
        raise NotAnAddress("The e-mail address holds characters that cannot be seen or that change its direction.")
    if not is_email(folded):
        raise NotAnAddress("This is no e-mail address.")
    return folded


def phone(value: str) -> str:
    """The phone number as E.164. Raises NotAnAddress unless it is a possible number with a country code."""
    found = phone_number(unicodedata.normalize("NFKC", value.strip()))
    if found is None:
        raise NotAnAddress("This is no phone number with a country code.")
    return found


def _folded(value: str) -> str:
    if value.isascii():
        return _CONTROL.sub("", value).strip().lower()
    text = _visible(unicodedata.normalize("NFKC", value))
    lower = "".join(char.lower() for char in text)  # one by one: a sigma at the end of a word is no other letter
    return _visible(unicodedata.normalize("NFKC", lower)).strip()


def _visible(text: str) -> str:
    return "".join(char for char in text if not _hidden(char) and not _loose_dot(text, char))


def _hides(text: str) -> bool:
    return any(_hidden(char) for char in text)


def _hidden(char: str) -> bool:
    return unicodedata.category(char).startswith("C") or char in _INVISIBLE


def _loose_dot(text: str, char: str) -> bool:
    return char == _MIDDLE_DOT and "l\u00b7l" not in text.lower()


def _mixes_directions(text: Iterable[str]) -> bool:
    return any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text)
