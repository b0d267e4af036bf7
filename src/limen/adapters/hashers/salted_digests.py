"""How do plain digests work? LDAP's `{SSHA…}`, SHA and MD5 with a template, HMAC (HASH-07 … HASH-10)."""

import hashlib
import hmac
import re
from typing import Final

from limen.adapters.hashers.md4 import hmac_md4
from limen.adapters.hashers.reading import Matches, malformed, padded, same

_LDAP: Final = {"{SSHA}": "sha1", "{SSHA256}": "sha256", "{SSHA512}": "sha512"}
LDAP_PREFIXES: Final = tuple(_LDAP)
TEMPLATE_PREFIXES: Final = ("$sha1$", "$sha256$", "$sha512$", "$md5$")
_HMACS: Final = ("md4", "md5", "sha1", "sha224", "sha256", "sha384", "sha512")
HMAC_PREFIXES: Final = tuple(f"$hmac-{digest}$" for digest in _HMACS)
_PLACES: Final = re.compile(rb"\{(?:SALT|PASSWORD)\}")
_PLAIN_PARTS: Final = 3
_HMAC_PARTS: Final = 4
_TEMPLATE_PARTS: Final = 5


def read_ldap(hash: str) -> Matches:
    """The check of `{SSHA512}<base64 of digest and salt>`. Raises UnknownHash."""
    prefix, _, text = hash.partition("}")
    digest = _LDAP[prefix + "}"]
    octets, size = padded(prefix[1:], text), hashlib.new(digest).digest_size
    if len(octets) <= size:
        raise malformed(prefix[1:])
    stored, salt = octets[:size], octets[size:]
    return lambda password: same(stored, hashlib.new(digest, password + salt).digest())


def read_template(hash: str) -> Matches:
    """The check of `$sha256$pf=<template>$<salt>$<digest>` and of `$md5$<digest>`, all base64. Raises UnknownHash.

    The template says where the salt and the password stand: `{SALT}{PASSWORD}`.
    """
    parts = hash.split("$")
    digest = parts[1]
    if len(parts) == _PLAIN_PARTS and digest == "md5":
        template, salt = b"{PASSWORD}", b""
    elif len(parts) == _TEMPLATE_PARTS and parts[2].startswith("pf="):
        template, salt = padded(digest, parts[2].removeprefix("pf=")), padded(digest, parts[3])
    else:
        raise malformed(digest)
    stored = padded(digest, parts[-1])
    if len(stored) != hashlib.new(digest).digest_size or b"{PASSWORD}" not in template:
        raise malformed(digest)

    def matches(password: bytes) -> bool:
        # In one pass: a salt or password that looks like a place is not replaced again.
        text = _PLACES.sub(lambda place: salt if place[0] == b"{SALT}" else password, template)
        return same(stored, hashlib.new(digest, text).digest())

    return matches


def read_hmac(hash: str) -> Matches:
    """The check of `$hmac-<digest>$<base64 of the hexadecimal code>$<base64 of the key>`. Raises UnknownHash."""
    parts = hash.split("$")
    if len(parts) != _HMAC_PARTS:
        raise malformed("hmac")
    digest = parts[1].removeprefix("hmac-")
    stored, key = padded("hmac", parts[2]), padded("hmac", parts[3])
    if len(stored) != 2 * (16 if digest == "md4" else hashlib.new(digest).digest_size):
        raise malformed("hmac")

    def matches(password: bytes) -> bool:
        code = hmac_md4(key, password) if digest == "md4" else hmac.digest(key, password, digest)
        return same(stored, code.hex().encode())

    return matches
