"""How does somebody get a key of the admin interface, and how does it end? (docs/adr/0021)"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from limen.app.admin.facts import Fact, told
from limen.domain.admin.audit import AuditDraft
from limen.domain.admin.key import PREFIX, SECRET_LENGTH, AdminKey, KeyScope, key_hash
from limen.kernel.clock import Clock
from limen.kernel.entropy import Entropy
from limen.kernel.errors import MalformedInput
from limen.kernel.ids import Ids
from limen.ports.storage import Storage

ACTOR: Final = "command line"
_LONGEST: Final = 100


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A new key, and what has to be shown: this is the only time that anybody sees it."""

    key: AdminKey
    secret: str


class Mint(msgspec.Struct, frozen=True, kw_only=True):
    """What making a key takes."""

    storage: Storage
    clock: Clock
    ids: Ids
    entropy: Entropy


async def create(mint: Mint, name: str, scopes: Sequence[KeyScope], expires_at: datetime | None) -> Made:
    """A key, stored as its hash, and an entry of the audit log. Raises MalformedInput, StorageUnavailable."""
    if not name.strip() or len(name) > _LONGEST or not name.isprintable():
        raise MalformedInput(f"A key needs a name of up to {_LONGEST} readable characters.")
    now = mint.clock.now()
    if not scopes or (expires_at is not None and expires_at <= now):
        raise MalformedInput("A key needs a scope, and a time to live that is not over.")
    secret = PREFIX + mint.entropy.alphanumeric(SECRET_LENGTH)
    key = AdminKey(
        id=str(mint.ids.uuid()),
        name=name,
        hash=key_hash(secret),
        scopes=tuple(dict.fromkeys(scopes)),
        created_at=now,
        expires_at=expires_at,
    )
    unit = mint.storage.unit()
    unit.admin_keys.add(key)
    unit.audit.add(_draft(now, "keys create", key.id, "created"))
    await unit.commit()
    return Made(key=key, secret=secret)


async def revoke(mint: Mint, id: str) -> None:
    """The key opens nothing any more. Raises AdminKeyUnknown, StorageUnavailable."""
    now = mint.clock.now()
    unit = mint.storage.unit()
    unit.admin_keys.revoke(id, now)
    unit.audit.add(_draft(now, "keys revoke", id, "revoked"))
    await unit.commit()


def _draft(now: datetime, operation: str, id: str, what: str) -> AuditDraft:
    change = told((Fact(kind="key", id=id, what=what),))
    return AuditDraft(at=now, actor=ACTOR, operation=operation, target=id, change=change)
