"""How do scrypt and Firebase's variant of it work? RFC 7914; Firebase encrypts a signer key with the result (HASH-05, HASH-06)."""

import hashlib
from typing import Final

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from limen.adapters.hashers.reading import Matches, bounded, checked_key, malformed, padded, parameters, same
from limen.ports.passwords import UnknownHash

SCRYPT: Final = "$scrypt$"
FIRESCRYPT: Final = "$firescrypt$"
_GREATEST_COST: Final = 17
_GREATEST_BLOCK: Final = 8
_GREATEST_PARALLELISM: Final = 10
_SCRYPT_PARTS: Final = 5
_FIRESCRYPT_PARTS: Final = 7


def read(hash: str) -> Matches:
    """The check of `$scrypt$ln=<N>,r=,p=$<salt>$<hash>`, where `ln` holds N itself. Raises UnknownHash."""
    parts = hash.split("$")
    if len(parts) != _SCRYPT_PARTS:
        raise malformed("scrypt")
    cost, block, lanes = parameters("scrypt", parts[2], "ln", "r", "p")
    n = bounded("scrypt", "ln", cost, 2**_GREATEST_COST)
    if n == 1 or n & (n - 1):
        raise UnknownHash(f"The scrypt hash has ln={n}, which is no power of two above one.")
    work = _work("scrypt", n, block, lanes)
    salt, key = padded("scrypt", parts[3]), checked_key("scrypt", padded("scrypt", parts[4]))

    def matches(password: bytes) -> bool:
        return same(key, _derived(password, salt, work, len(key)))

    return matches


def read_firescrypt(hash: str) -> Matches:
    """The check of `$firescrypt$ln=<log2 N>,r=,p=$<salt>$<hash>$<separator>$<signer key>`. Raises UnknownHash."""
    parts = hash.split("$")
    if len(parts) != _FIRESCRYPT_PARTS:
        raise malformed("firescrypt")
    cost, block, lanes = parameters("firescrypt", parts[2], "ln", "r", "p")
    work = _work("firescrypt", 2 ** bounded("firescrypt", "ln", cost, _GREATEST_COST), block, lanes)
    salt, key, separator, signer = (padded("firescrypt", part) for part in parts[3:])
    if len(checked_key("firescrypt", key)) != len(signer):
        raise malformed("firescrypt")

    def matches(password: bytes) -> bool:
        derived = _derived(password, salt + separator, work, 32)
        encryptor = Cipher(algorithms.AES(derived), modes.CTR(bytes(16))).encryptor()
        return same(key, encryptor.update(signer) + encryptor.finalize())

    return matches


class _Work(msgspec.Struct, frozen=True, kw_only=True):
    n: int
    r: int
    p: int


def _work(name: str, n: int, block: str, lanes: str) -> _Work:
    r, p = bounded(name, "r", block, _GREATEST_BLOCK), bounded(name, "p", lanes, _GREATEST_PARALLELISM)
    return _Work(n=n, r=r, p=p)


def _derived(password: bytes, salt: bytes, work: _Work, length: int) -> bytes:
    memory = 128 * work.r * (work.n + work.p + 2) + 1024 * 1024
    return hashlib.scrypt(password, salt=salt, n=work.n, r=work.r, p=work.p, maxmem=memory, dklen=length)
