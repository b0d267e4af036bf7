"""How are many identities made at once? Portion by portion, each with its own outcome (HTTP-62, ID-15)."""

import asyncio
from typing import Final

import msgspec

from limen.app.errors import IdentityRefused
from limen.app.identities.create import NewIdentity, prepared, stored
from limen.app.identities.given import uuid_or_none
from limen.app.scope import Scope
from limen.domain.identity.identity import Identity
from limen.kernel.errors import LimenError

MOST: Final = 1000
MOST_WITH_PASSWORD: Final = 200
"""Plain passwords cost a hash each."""
_PORTION: Final = 100
"""How many identities are stored together."""


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
    """The outcomes in the order of the items. Raises IdentityRefused when the batch as a whole is not acceptable.

    Of two items that want the same identifier the first one gets it. The identities of one portion share a commit, so
    that the disk is waited for a few times and not a thousand times.
    """
    items = batch.identities or ()
    plain = sum(item.create is not None and _has_plain_password(item.create) for item in items)
    if len(items) > MOST:
        raise IdentityRefused(f"A batch holds at most {MOST} identities.")
    if plain > MOST_WITH_PASSWORD:
        raise IdentityRefused(f"A batch holds at most {MOST_WITH_PASSWORD} identities with a password in plain text.")
    for item in items:
        uuid_or_none(item.patch_id, "patch_id")
    outcomes: list[Outcome] = []
    for start in range(0, len(items), _PORTION):
        ready = [await _prepared(scope, item) for item in items[start : start + _PORTION]]
        outcomes += await asyncio.gather(*(_stored(scope, each) for each in ready))
    return tuple(outcomes)


async def _prepared(scope: Scope, item: BatchItem) -> tuple[str | None, Identity | LimenError]:
    name = uuid_or_none(item.patch_id, "patch_id")
    await asyncio.sleep(0)  # a long batch lets others work in between
    if item.create is None:
        return name, IdentityRefused("The item says nothing to do; it needs `create`.")
    try:
        return name, await prepared(scope, item.create)
    except LimenError as error:
        return name, error


async def _stored(scope: Scope, ready: tuple[str | None, Identity | LimenError]) -> Outcome:
    name, identity = ready
    if isinstance(identity, LimenError):
        return Outcome(patch_id=name, error=identity)
    try:
        await stored(scope, identity)
    except LimenError as error:
        return Outcome(patch_id=name, error=error)
    return Outcome(patch_id=name, identity_id=identity.id)


def _has_plain_password(new: NewIdentity) -> bool:
    return new.credentials is not None and new.credentials.has_plain_password
