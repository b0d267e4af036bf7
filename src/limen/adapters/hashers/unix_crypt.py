"""How do the hashes of Unix password files work? md5-crypt, sha256-crypt, sha512-crypt, prefixes spelt out (HASH-11, HASH-12)."""

import hashlib
import re
from typing import Final

from limen.adapters.hashers.reading import Matches, bounded, malformed, same

MD5: Final = "$md5-crypt$"
SHA_PREFIXES: Final = ("$sha256-crypt$", "$sha512-crypt$")
_ALPHABET: Final = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_MD5_FORM: Final = re.compile(r"\$md5-crypt\$([^$]{0,8})\$([./0-9A-Za-z]{22})")
_SHA_FORM: Final = re.compile(r"\$(sha256|sha512)-crypt\$(?:rounds=([0-9]{1,9})\$)?([^$]{0,16})\$([./0-9A-Za-z]+)")
_MD5_ROUNDS: Final = 1_000
_DEFAULT_ROUNDS: Final = 5_000
_LEAST_ROUNDS: Final = 1_000
_GREATEST_ROUNDS: Final = 1_000_000
"""About two seconds. The makers of such hashes write up to 656,000 by default."""
_GREATEST_PASSWORD: Final = 1_024
"""The work grows with the square of a password's length."""
_PERIOD: Final = 42
"""What a round mixes depends on its number modulo 2, 3 and 7."""
_MD5_ORDER: Final = ((0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5), (11,))


def _order(start: tuple[int, int, int], turn: tuple[int, int, int], groups: int) -> list[tuple[int, ...]]:
    group, found = start, list[tuple[int, ...]]()
    for _ in range(groups):
        found.append(group)
        group = (group[turn[0]] + 1, group[turn[1]] + 1, group[turn[2]] + 1)
    return found


_SHA_ORDER: Final = {
    "sha256": (*_order((0, 10, 20), (2, 0, 1), 10), (31, 30)),
    "sha512": (*_order((0, 21, 42), (1, 2, 0), 21), (63,)),
}
_MAKERS: Final = {"md5": hashlib.md5, "sha256": hashlib.sha256, "sha512": hashlib.sha512}
_SHA_CHARACTERS: Final = {"sha256": 43, "sha512": 86}


def read_md5(hash: str) -> Matches:
    """The check of `$md5-crypt$<salt>$<digest>`. Raises UnknownHash."""
    found = _MD5_FORM.fullmatch(hash)
    if found is None:
        raise malformed("md5-crypt")
    salt, stored = found[1].encode(), found[2].encode()
    return lambda password: len(password) <= _GREATEST_PASSWORD and same(stored, _md5_crypt(password, salt).encode())


def read_sha(hash: str) -> Matches:
    """The check of `$sha512-crypt$rounds=<n>$<salt>$<digest>`; without rounds they are 5000. Raises UnknownHash."""
    found = _SHA_FORM.fullmatch(hash)
    if found is None or len(found[4]) != _SHA_CHARACTERS[found[1]]:
        raise malformed("sha-crypt")
    asked = bounded("sha-crypt", "rounds", found[2], _GREATEST_ROUNDS) if found[2] else _DEFAULT_ROUNDS
    digest, rounds, salt, stored = found[1], max(asked, _LEAST_ROUNDS), found[3].encode(), found[4].encode()
    return lambda password: (
        len(password) <= _GREATEST_PASSWORD and same(stored, _sha_crypt(digest, password, salt, rounds).encode())
    )


def _md5_crypt(password: bytes, salt: bytes) -> str:
    alternate = hashlib.md5(password + salt + password).digest()  # noqa: S324 (the format's own digest)
    start = password + b"$1$" + salt + _repeated(alternate, len(password))
    length = len(password)
    while length:
        start += b"\0" if length & 1 else password[:1]
        length >>= 1
    return _encoded(_rounds("md5", hashlib.md5(start).digest(), password, salt, _MD5_ROUNDS), _MD5_ORDER)  # noqa: S324


def _sha_crypt(digest: str, password: bytes, salt: bytes, rounds: int) -> str:
    alternate = hashlib.new(digest, password + salt + password).digest()
    start = password + salt + _repeated(alternate, len(password))
    length = len(password)
    while length:
        start += alternate if length & 1 else password
        length >>= 1
    first = hashlib.new(digest, start).digest()
    long_password = _repeated(hashlib.new(digest, password * len(password)).digest(), len(password))
    long_salt = _repeated(hashlib.new(digest, salt * (16 + first[0])).digest(), len(salt))
    return _encoded(_rounds(digest, first, long_password, long_salt, rounds), _SHA_ORDER[digest])


def _rounds(digest: str, current: bytes, password: bytes, salt: bytes, rounds: int) -> bytes:
    mixed = [
        (number & 1, (salt if number % 3 else b"") + (password if number % 7 else b"")) for number in range(_PERIOD)
    ]
    steps = [(odd, password + middle if odd else middle + password) for odd, middle in mixed]
    make = _MAKERS[digest]
    for number in range(rounds):
        odd, constant = steps[number % _PERIOD]
        current = make(constant + current if odd else current + constant).digest()
    return current


def _repeated(block: bytes, length: int) -> bytes:
    return (block * (length // len(block) + 1))[:length]


def _encoded(octets: bytes, order: tuple[tuple[int, ...], ...]) -> str:
    text = ""
    for group in order:
        value = int.from_bytes(bytes(octets[index] for index in group), "big")
        for _ in range((8 * len(group) + 5) // 6):
            text += _ALPHABET[value & 63]
            value >>= 6
    return text
