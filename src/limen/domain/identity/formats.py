"""Which values fit a `format` of an identity schema? The formats whose meaning clients rely on (SCH-10)."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

_LOCAL: Final = re.compile(r"[^\s\x00-\x20\x7f()<>\[\]:;@\\,.\"]+(?:\.[^\s\x00-\x20\x7f()<>\[\]:;@\\,.\"]+)*")
_LOOSE_LOCAL: Final = re.compile(r"(?:[^\W_]|[!#$%&'*+/=?^_`{|}~.-])+")
_LABEL: Final = re.compile(r"[A-Za-z0-9-]{1,63}")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME: Final = re.compile(
    r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f]*")
_MAX_EMAIL: Final = 254
_MAX_LOOSE_EMAIL: Final = 320
_MAX_LOCAL: Final = 64
_MAX_HOST: Final = 253


def is_email(text: str) -> bool:
    """An address as RFC 5321 writes it without quotes: local part up to 64, whole up to 254 octets, host of letters and digits."""
    local, at, host = text.lstrip(" ").rpartition("@")
    if not at or len(text.encode(errors="replace")) > _MAX_EMAIL or len(local.encode(errors="replace")) > _MAX_LOCAL:
        return False
    return _LOCAL.fullmatch(local) is not None and is_hostname(host)


def is_loose_email(text: str) -> bool:
    """An address that carriers hand out although no RFC allows it, such as `foo.@docomo.ne.jp`; safe in a mail header."""
    local, _, host = text.partition("@")
    if len(text.encode(errors="replace")) > _MAX_LOOSE_EMAIL or _LOOSE_LOCAL.fullmatch(local) is None:
        return False
    try:
        return is_hostname(host if host.isascii() else host.encode("idna").decode())
    except UnicodeError:
        return False


def is_hostname(text: str) -> bool:
    """A host name (RFC 1123) in ASCII."""
    labels = text.split(".")
    return len(text) <= _MAX_HOST and all(
        _LABEL.fullmatch(label) is not None and label[0] != "-" and label[-1] != "-" for label in labels
    )


def phone_number(text: str) -> str | None:
    """The number as E.164, or None unless it carries a country code and can exist (CODE-21)."""
    import phonenumbers  # noqa: PLC0415  # 80 ms that a start without phone numbers need not pay

    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_date(text: str) -> bool:
    """A day that exists, as `2001-02-28` (RFC 3339)."""
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_time(text: str) -> bool:
    """A time with an offset (RFC 3339), without leap seconds."""
    return _TIME.fullmatch(text) is not None


def is_date_time(text: str) -> bool:
    """An instant, as `2001-02-28T12:00:00Z` (RFC 3339)."""
    return text[10:11] == "T" and is_date(text[:10]) and is_time(text[11:])


def is_uri(text: str) -> bool:
    """An absolute address: a scheme, and no blanks; other scripts than Latin may be in it."""
    return _URI.fullmatch(text) is not None


FORMATS: Final[Mapping[str, Callable[[str], bool]]] = {
    "email": is_email,
    "email_loose": is_loose_email,
    "tel": lambda text: phone_number(text) is not None,
    "date": is_date,
    "time": is_time,
    "date-time": is_date_time,
    "uri": is_uri,
    "iri": is_uri,
    "no-validate": lambda _: True,
}
"""By name; formats that are not here are checked by the schema library."""
