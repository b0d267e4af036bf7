"""How does PBKDF2 work? `$pbkdf2-<digest>$i=<rounds>,l=<length>$<salt>$<hash>`, base64 without padding (HASH-04)."""

import hashlib
from typing import Final

from limen.adapters.hashers.reading import Matches, bare, bounded, checked_key, malformed, parameters, same

# Kratos computes sha224 and sha384 with SHA-3 although their names say SHA-2. Hashes that went through it and still
# worked are SHA-3; hashes from anywhere else are SHA-2: both are tried.
_DIGESTS: Final = {
    "$pbkdf2-sha1$": ("sha1",),
    "$pbkdf2-sha224$": ("sha3_224", "sha224"),
    "$pbkdf2-sha256$": ("sha256",),
    "$pbkdf2-sha384$": ("sha3_384", "sha384"),
    "$pbkdf2-sha512$": ("sha512",),
}
PREFIXES: Final = tuple(_DIGESTS)
_GREATEST_ITERATIONS: Final = 10_000_000
_PARTS: Final = 5


def read(hash: str) -> Matches:
    """The check of a PBKDF2 hash. Raises UnknownHash."""
    parts = hash.split("$")
    if len(parts) != _PARTS:
        raise malformed("pbkdf2")
    digests = _DIGESTS[f"${parts[1]}$"]
    rounds = bounded("pbkdf2", "i", parameters("pbkdf2", parts[2], "i", "l")[0], _GREATEST_ITERATIONS)
    salt, key = bare("pbkdf2", parts[3]), checked_key("pbkdf2", bare("pbkdf2", parts[4]))

    def matches(password: bytes) -> bool:
        return any(same(key, hashlib.pbkdf2_hmac(digest, password, salt, rounds, len(key))) for digest in digests)

    return matches
