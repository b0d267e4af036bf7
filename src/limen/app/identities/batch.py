"""How are many identities made at once? One after the other, each with its own outcome (HTTP-62, ID-15)."""

from typing import Final

import msgspec

from limen.app.errors import IdentityRefused
from limen.app.identities.create import NewIdentity, create
from limen.app.identities.given import uuid_or_none
from limen.app.scope import Scope
from limen.kernel.errors import LimenError

MOST: Final = 1000
MOST_WITH_PASSWORD: Final = 200
"""Plain passwords cost a hash each."""


class BatchItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One identity to make, and the name under which its outcome is told."""

    create: NewIdentity | None = None
    patch_id: str | None = None


class Batch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    identities: tuple[BatchItem, ...] | None = ()


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one item: the id of its identity, or why there is none."""

    patch_id: str | None
    identity_id: str = ""
    error: LimenError | None = None


async def create_all(scope: Scope, batch: Batch) -> tuple[Outcome, ...]:
    """The outcomes in the order of the items. Raises IdentityRefused when the batch as a whole is not acceptable."""
    items = batch.identities or ()
    plain = sum(item.create is not None and _has_plain_password(item.create) for item in items)
    if len(items) > MOST:
        raise IdentityRefused(f"A batch holds at most {MOST} identities.")
    if plain > MOST_WITH_PASSWORD:
        raise IdentityRefused(f"A batch holds at most {MOST_WITH_PASSWORD} identities with a password in plain text.")
    names = [uuid_or_none(item.patch_id, "patch_id") for item in items]
    return tuple([await _outcome(scope, item, name) for item, name in zip(items, names, strict=True)])


async def _outcome(scope: Scope, item: BatchItem, patch_id: str | None) -> Outcome:
    if item.create is None:
        return Outcome(patch_id=patch_id, error=IdentityRefused("The item says nothing to do; it needs `create`."))
    try:
        identity = await create(scope, item.create)
    except LimenError as error:
        return Outcome(patch_id=patch_id, error=error)
    return Outcome(patch_id=patch_id, identity_id=identity.id)


def _has_plain_password(new: NewIdentity) -> bool:
    return new.credentials is not None and new.credentials.has_plain_password
