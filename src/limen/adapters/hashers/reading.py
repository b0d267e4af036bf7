"""What do all readers of password hashes share? Strict base64, bounded numbers, and one way to refuse."""

import re
from base64 import b64decode
from collections.abc import Callable
from hmac import compare_digest
from typing import Final, TypeAlias

from limen.ports.passwords import UnknownHash

Matches: TypeAlias = Callable[[bytes], bool]
"""Whether a password has the hash that was read. This is the expensive part: it runs in the pool."""
Reader: TypeAlias = Callable[[str], Matches]
"""Reads a hash of one format. Cheap. Raises UnknownHash when it is malformed or its parameters are unsafe (SEC-24)."""

MAX_HASH_CHARACTERS: Final = 4_096
_LEAST_KEY: Final = 8
"""Bytes of a derived key. A shorter one (in the worst case an empty one) would be matched by many passwords."""
_GREATEST_KEY: Final = 512
_NUMBER: Final = re.compile(r"[0-9]{1,10}")


def malformed(name: str) -> UnknownHash:
    """The refusal of a text that has the prefix of a format but not its form."""
    return UnknownHash(f"The {name} hash is malformed.")


def bounded(name: str, parameter: str, text: str, greatest: int) -> int:
    """A parameter between 1 and `greatest`. Raises UnknownHash."""
    if not _NUMBER.fullmatch(text):
        raise malformed(name)
    number = int(text)
    if not 1 <= number <= greatest:
        raise UnknownHash(f"The {name} hash has {parameter}={number}, which is not between 1 and {greatest}.")
    return number


def parameters(name: str, text: str, *keys: str) -> list[str]:
    """The values in `a=1,b=2`, which must be exactly these keys in this order. Raises UnknownHash."""
    pairs = [pair.partition("=") for pair in text.split(",")]
    if tuple(key for key, _, _ in pairs) != keys:
        raise malformed(name)
    return [value for _, _, value in pairs]


def padded(name: str, text: str) -> bytes:
    """The octets of standard base64 with padding. Raises UnknownHash."""
    try:
        return b64decode(text, validate=True)
    except ValueError as error:
        raise malformed(name) from error


def bare(name: str, text: str) -> bytes:
    """The octets of standard base64 without padding. Raises UnknownHash."""
    if "=" in text:
        raise malformed(name)
    return padded(name, text + "=" * (-len(text) % 4))


def checked_key(name: str, key: bytes) -> bytes:
    """The stored result of a key derivation, of sane length. Raises UnknownHash."""
    if not _LEAST_KEY <= len(key) <= _GREATEST_KEY:
        raise UnknownHash(f"The {name} hash is not between {_LEAST_KEY} and {_GREATEST_KEY} bytes long.")
    return key


def same(left: bytes, right: bytes) -> bool:
    """Whether two values are equal, found out in constant time."""
    return compare_digest(left, right)
