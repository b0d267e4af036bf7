"""How are durations, sizes, addresses and secrets written in a configuration?"""

import re
from datetime import timedelta
from ipaddress import ip_network
from typing import Annotated, Final
from urllib.parse import urlsplit

from msgspec import Meta

_DURATION: Final = re.compile(r"(?:[0-9]+(?:ns|us|ms|s|m|h))+")
_DURATION_PART: Final = re.compile(r"([0-9]+)(ns|us|ms|s|m|h)")
_NANOSECONDS: Final = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_SIZE: Final = re.compile(r"([0-9]+)(B|KB|MB|GB|TB|PB|EB)")
_UNITS: Final = ("B", "KB", "MB", "GB", "TB", "PB", "EB")
_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f]")

Duration = Annotated[timedelta, Meta(extra={"syntax": "duration"})]
Size = Annotated[int, Meta(extra={"syntax": "size"})]
"""Bytes in memory; `128MB` in a file (CFG-18)."""
Switch = Annotated[bool, Meta(extra={"syntax": "switch"})]
"""A boolean that may also be written as text; Kratos' schema asks for text at these places."""
Cidr = Annotated[str, Meta(extra={"syntax": "cidr"})]
UrlReference = Annotated[str, Meta(extra={"syntax": "url reference"})]
"""An absolute address or one relative to where the reader is."""
Url = Annotated[str, Meta(extra={"syntax": "url"})]
WebUrl = Annotated[str, Meta(pattern="^https?://", extra={"syntax": "url"})]
Location = Annotated[str, Meta(pattern="^(http|https|file|base64)://", extra={"syntax": "location"})]
"""Where a document is read from: `http(s)://`, `file://` or `base64://` (CFG-15)."""
SecretText = Annotated[str, Meta(extra={"syntax": "secret"})]
"""Text that is never printed."""
Secret = Annotated[str, Meta(min_length=16, extra={"syntax": "secret"})]
CipherSecret = Annotated[str, Meta(min_length=32, max_length=32, extra={"syntax": "secret"})]


def parse_duration(text: str) -> timedelta:
    """The time span that `text` writes in Go's syntax (CFG-18). Raises ValueError."""
    if not _DURATION.fullmatch(text):
        raise ValueError("not a duration")
    nanoseconds = sum(int(count) * _NANOSECONDS[unit] for count, unit in _DURATION_PART.findall(text))
    try:
        return timedelta(microseconds=nanoseconds // 1_000)
    except OverflowError as error:
        raise ValueError("too long") from error


def format_duration(span: timedelta) -> str:
    """A duration as a configuration writes it: `1h30m`, `250ms`, `0s`."""
    rest = span // timedelta(microseconds=1) * 1_000
    text = ""
    for unit in ("h", "m", "s", "ms", "us"):
        count, rest = divmod(rest, _NANOSECONDS[unit])
        text += f"{count}{unit}" if count else ""
    return text or "0s"


def parse_size(text: str) -> int:
    """The number of bytes that `text` writes; a KB has 1024 of them (CFG-18). Raises ValueError."""
    found = _SIZE.fullmatch(text)
    if found is None:
        raise ValueError("not a size")
    return int(found[1]) << 10 * _UNITS.index(found[2])


def format_size(count: int) -> str:
    """A number of bytes as a configuration writes it, in the largest unit without a remainder."""
    power = 0
    while count and count % 1024 == 0 and power < len(_UNITS) - 1:
        count, power = count // 1024, power + 1
    return f"{count}{_UNITS[power]}"


def parse_switch(value: object) -> bool:
    """A boolean, or one written as text. Raises ValueError."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"1", "t", "true", "0", "f", "false"}:
        return value.lower() in {"1", "t", "true"}
    raise ValueError("neither true nor false")


def check_cidr(text: str) -> None:
    """Raises ValueError unless `text` is a network such as `10.0.0.0/8` or one address."""
    ip_network(text, strict=False)


def check_url(text: str) -> None:
    """Raises ValueError unless `text` is an address with a scheme and without blanks."""
    check_url_reference(text)
    if not urlsplit(text).scheme:
        raise ValueError("without a scheme")


def check_url_reference(text: str) -> None:
    """Raises ValueError for text that no reading makes an address."""
    if _UNSAFE.search(text):
        raise ValueError("blanks in an address")
    parts = urlsplit(text)
    _ = parts.port
