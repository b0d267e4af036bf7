"""Which formats of password hashes are known? One registry, from prefix to reader (kratos-features.md §15.3)."""

from typing import Final

from limen.adapters.hashers import argon2_hashes, bcrypt_hashes, pbkdf2, salted_digests, scrypt, unix_crypt
from limen.adapters.hashers.reading import MAX_HASH_CHARACTERS, Matches, Reader
from limen.config.hashers import HashersConfig
from limen.ports.passwords import UnknownHash

_READERS: Final[dict[str, Reader]] = {
    **dict.fromkeys(bcrypt_hashes.PREFIXES, bcrypt_hashes.read),
    **dict.fromkeys(argon2_hashes.PREFIXES, argon2_hashes.read),
    **dict.fromkeys(pbkdf2.PREFIXES, pbkdf2.read),
    scrypt.SCRYPT: scrypt.read,
    scrypt.FIRESCRYPT: scrypt.read_firescrypt,
    **dict.fromkeys(salted_digests.LDAP_PREFIXES, salted_digests.read_ldap),
    **dict.fromkeys(salted_digests.TEMPLATE_PREFIXES, salted_digests.read_template),
    **dict.fromkeys(salted_digests.HMAC_PREFIXES, salted_digests.read_hmac),
    unix_crypt.MD5: unix_crypt.read_md5,
    **dict.fromkeys(unix_crypt.SHA_PREFIXES, unix_crypt.read_sha),
}
_CURRENT: Final = {"bcrypt": bcrypt_hashes.PREFIXES, "argon2": ("$argon2id$",)}
"""What the hashers of today make or would not make anew (PWD-04)."""


def read(hash: str) -> Matches:
    """The check of a hash in whatever known format. Raises UnknownHash."""
    reader = _READERS.get(prefix_of(hash))
    if reader is None or len(hash) > MAX_HASH_CHARACTERS or not hash.isascii():
        raise UnknownHash("The text is no password hash of a known format.")
    return reader(hash)


def check_importable(hash: str) -> None:
    """Raises UnknownHash unless the hash is of a known format and cheap enough to be verified at every sign-in."""
    read(hash)
    if prefix_of(hash) in bcrypt_hashes.PREFIXES:
        bcrypt_hashes.check_importable(hash)


def is_outdated(hash: str, config: HashersConfig) -> bool:
    """Whether the hash is of another algorithm than the configured one; its cost does not matter (PWD-04)."""
    return prefix_of(hash) not in _CURRENT[config.algorithm]


def prefix_of(hash: str) -> str:
    """The part of a hash that names its format: `$2a$`, `{SSHA}`; empty when there is none."""
    opening = hash[:1]
    if opening not in {"$", "{"}:
        return ""
    end = hash.find("$" if opening == "$" else "}", 1)
    return hash[: end + 1]
