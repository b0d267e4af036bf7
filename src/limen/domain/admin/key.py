"""Who may use the admin interface? Whoever shows a key; only its hash is stored (docs/adr/0021)."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

PREFIX: Final = "limen_ak_"
"""How keys begin, so that scanners of source code find those that got lost."""
SECRET_LENGTH: Final = 43
"""Characters after the prefix: 256 bits."""


class KeyScope(StrEnum):
    """What a key is good for."""

    READ = "read"
    WRITE = "write"


class AdminKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key of the admin interface, without the key itself."""

    id: str
    name: str
    hash: bytes
    scopes: tuple[KeyScope, ...]
    created_at: datetime
    expires_at: datetime | None = None
    """From this instant on it is good for nothing; None: never."""
    revoked_at: datetime | None = None

    def good(self, now: datetime) -> bool:
        """Whether it opens anything at all at that time."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def key_hash(key: str) -> bytes:
    """What is stored of a key: 256 random bits need no salt (as session tokens, docs/adr/0011)."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
