"""Where do the real time, ids and secrets come from? From the operating system."""

import os
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

_LETTERS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
# Six bits choose a letter; 62 and 63 choose none, so that every letter is equally likely.
_TO_LETTER: Final = bytes(_LETTERS[octet & 63] if octet & 63 < len(_LETTERS) else 0 for octet in range(256))
_NO_LETTER: Final = bytes(octet for octet in range(256) if octet & 63 >= len(_LETTERS))
_TO_DIGIT: Final = bytes(b"0123456789"[octet % 10] for octet in range(256))
_NO_DIGIT: Final = bytes(range(250, 256))


class SystemClock:
    """The wall clock of this machine."""

    def now(self) -> datetime:
        """The current instant in UTC."""
        return datetime.now(UTC)  # noqa: TID251 (this is the Clock)


class SystemIds:
    """Random ids of RFC 9562, version 4."""

    def uuid(self) -> UUID:
        """A new random UUID."""
        return UUID(bytes=os.urandom(16), version=4)


class SystemEntropy:
    """The random source of the operating system."""

    def alphanumeric(self, length: int) -> str:
        """`length` characters of A-Z, a-z, 0-9, each equally likely."""
        return _drawn(length, _TO_LETTER, _NO_LETTER)

    def digits(self, length: int) -> str:
        """`length` decimal digits, each equally likely."""
        return _drawn(length, _TO_DIGIT, _NO_DIGIT)

    def octets(self, length: int) -> bytes:
        """`length` random bytes."""
        return os.urandom(length)


def _drawn(length: int, table: bytes, unusable: bytes) -> str:
    found = b""
    while len(found) < length:
        found += os.urandom(length + 8).translate(table, unusable)
    return found[:length].decode()


def system_environment() -> dict[str, str]:
    """The environment of this process, read once and handed on."""
    return dict(os.environ)  # noqa: TID251 (the door to the environment)
