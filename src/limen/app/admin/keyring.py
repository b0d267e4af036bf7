"""Does this key open the admin interface, and for what? Judged by what the database said a moment ago (docs/adr/0021)."""

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from limen.domain.admin.key import AdminKey, KeyScope, key_hash
from limen.kernel.clock import Clock
from limen.kernel.errors import LimenError
from limen.ports.admin_keys import AdminKeyReads
from limen.ports.storage import StorageUnavailable

KEPT: Final = timedelta(seconds=4)
"""How long the keys are kept in mind: a revoked one opens nothing any more in any process after that."""


class KeyMissing(LimenError):
    """The admin interface asks for a key, and the request shows none."""


class KeyRefused(LimenError):
    """Nobody made this key, or it was revoked."""


class KeyExpired(LimenError):
    """The key was good once."""


class KeyTooWeak(LimenError):
    """The key is not good for what was asked."""


class Keyring:
    """The keys as this process knows them."""

    def __init__(self, keys: AdminKeyReads, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self._known: Sequence[AdminKey] = ()
        self._read_at: datetime | None = None

    async def holder(self, shown: str, wanted: KeyScope, *, required: bool | None) -> AdminKey | None:
        """Whose key this is; None where no key is asked for.

        With `required=None` one is asked for as soon as there ever was one: revoking or outliving the last key does not
        open the door. Raises KeyMissing, KeyRefused, KeyExpired, KeyTooWeak, StorageUnavailable.
        """
        known = await self._current()
        now = self._clock.now()
        if required is False or (required is None and not known):
            return None
        if not shown:
            raise KeyMissing("The admin interface asks for a key: Authorization: Bearer … (limen keys create).")
        found = _found(known, key_hash(shown))
        if found is None or found.revoked_at is not None:
            raise KeyRefused("This key is not known, or it was revoked.")
        if not found.good(now):
            raise KeyExpired("This key has expired.")
        if wanted not in found.scopes:
            raise KeyTooWeak(f"This key is not good for this: it needs the scope `{wanted.value}`.")
        return found

    async def _current(self) -> Sequence[AdminKey]:
        now = self._clock.now()
        if self._read_at is None or not timedelta() <= now - self._read_at < KEPT:
            try:
                self._known = await self._keys.all()
            except StorageUnavailable:
                # where there was no key, what needs no database goes on: metrics, above all
                if self._known or self._read_at is None:
                    raise
                return self._known
            self._read_at = now
        return self._known


def _found(known: Sequence[AdminKey], hash: bytes) -> AdminKey | None:
    """The key with that hash. All are compared, each in constant time, so that time tells nothing of them."""
    found: AdminKey | None = None
    for key in known:
        if hmac.compare_digest(key.hash, hash):
            found = key
    return found
