"""How does bcrypt work? Prefixes `$2$ $2a$ $2b$ $2y$ $2z$` (HASH-01); new hashes carry `$2a$` (HASH-13)."""

import re
from base64 import b64encode
from typing import Final

import bcrypt

from limen.adapters.hashers.reading import Matches, malformed
from limen.kernel.entropy import Entropy
from limen.kernel.errors import MalformedInput
from limen.ports.passwords import UnknownHash

PREFIXES: Final = ("$2$", "$2a$", "$2b$", "$2y$", "$2z$")
MAX_PASSWORD_BYTES: Final = 72
"""What bcrypt looks at. Longer passwords are not cut: they have no hash and match none (PWD-10)."""
_LEAST_COST: Final = 4
_GREATEST_COST_FROM_ELSEWHERE: Final = 15
_GREATEST_COST: Final = 20
"""About a minute. An own hash may cost more than an imported one: the operator chose it."""
_FORM: Final = re.compile(r"\$2[abyz]?(\$([0-9]{2})\$[./A-Za-z0-9]{53})")
_STANDARD: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_OWN: Final = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_TO_OWN: Final = bytes.maketrans(_STANDARD, _OWN)


def read(hash: str) -> Matches:
    """The check of a bcrypt hash. Raises UnknownHash."""
    found = _FORM.fullmatch(hash)
    if found is None:
        raise malformed("bcrypt")
    if not _LEAST_COST <= int(found[2]) <= _GREATEST_COST:
        raise UnknownHash(
            f"The bcrypt hash has cost {found[2]}, which is not between {_LEAST_COST} and {_GREATEST_COST}."
        )
    # All these prefixes mean the same algorithm for text without errors; the library knows three of them.
    stored = f"$2b{found[1]}".encode()

    def matches(password: bytes) -> bool:
        # A password that is too long costs as much time as any other, and never matches.
        right = bcrypt.checkpw(password[:MAX_PASSWORD_BYTES], stored)
        return right and len(password) <= MAX_PASSWORD_BYTES

    return matches


def check_importable(hash: str) -> None:
    """Raises UnknownHash for a cost above 15 (HASH-01, SEC-24)."""
    read(hash)
    cost = int(hash.split("$")[2])
    if cost > _GREATEST_COST_FROM_ELSEWHERE:
        raise UnknownHash(
            f"The bcrypt hash has cost {cost}, more than the {_GREATEST_COST_FROM_ELSEWHERE} that may be imported."
        )


def make(password: bytes, cost: int, entropy: Entropy) -> str:
    """A new hash. Raises MalformedInput for a password that bcrypt would cut; the password policy says so earlier."""
    if len(password) > MAX_PASSWORD_BYTES:
        raise MalformedInput(f"The password is longer than {MAX_PASSWORD_BYTES} bytes.")
    salt = b64encode(entropy.octets(16)).rstrip(b"=").translate(_TO_OWN)
    return bcrypt.hashpw(password, b"$2a$%02d$%b" % (cost, salt)).decode()
