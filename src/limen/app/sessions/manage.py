"""How does an operator end sessions? One, all of a person, or many at once (HTTP-70, HTTP-72, HTTP-74, SESS-23, SESS-24)."""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from limen.app.errors import BadParameter, SessionUnknown
from limen.app.scope import Scope
from limen.app.sessions.listing import identity_id, one
from limen.domain.ids import IdentityId, SessionId, canonical_uuid
from limen.ports.storage import Page, SessionFilter

EVERYBODY: Final = "*"
MOST: Final = 500
BATCH: Final = 1000
"""How many sessions one call with `*` ends before it asks to be repeated."""


class Bulk(msgspec.Struct, frozen=True, kw_only=True):
    """What to do, and to whom: exactly one of the lists is given."""

    action: Literal["disable", "delete"]
    identities: tuple[str, ...] | None = ()
    sessions: tuple[str, ...] | None = ()


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """How many sessions were ended; `more` asks to call again."""

    processed: int
    more: bool = False


async def end(scope: Scope, id: str) -> None:
    """The session is of no use from now on, but stays listed. Raises BadParameter, SessionUnknown."""
    found = await one(scope, id)
    unit = scope.services.storage.unit()
    unit.sessions.end(found.session.id)
    await unit.commit()


async def remove_all(scope: Scope, id: str) -> None:
    """All sessions of a person are gone. Raises BadParameter, and SessionUnknown when there were none (QK-18)."""
    owner = identity_id(id)
    if not await _count(scope, owner, active=None):
        raise SessionUnknown("This identity has no sessions.")
    unit = scope.services.storage.unit()
    unit.sessions.remove_all(owner)
    await unit.commit()


async def end_many(scope: Scope, bulk: Bulk) -> Ended:
    """Disable or delete the sessions of some people, of everybody, or some sessions. Raises BadParameter."""
    if bool(bulk.identities) is bool(bulk.sessions):
        raise BadParameter("Exactly one of `identities` and `sessions` has to be a list that is not empty.")
    if bulk.identities == (EVERYBODY,):
        return await (_disable_all(scope) if bulk.action == "disable" else _delete_all(scope))
    if bulk.identities:
        owners = [IdentityId(id) for id in _ids(bulk.identities)]
        return await (_disable_of(scope, owners) if bulk.action == "disable" else _delete_of(scope, owners))
    ids = [SessionId(id) for id in _ids(bulk.sessions or ())]
    return await _end(scope, ids, delete=bulk.action == "delete")


def _ids(texts: Sequence[str]) -> tuple[str, ...]:
    """Each id once. Raises BadParameter."""
    if len(texts) > MOST:
        raise BadParameter(f"At most {MOST} ids can be given at once.")
    ids = [canonical_uuid(text) for text in texts]
    if None in ids:
        raise BadParameter(f"Every id has to be a UUID; {EVERYBODY!r} stands alone and only for identities.")
    return tuple(dict.fromkeys(id for id in ids if id is not None))


async def _count(scope: Scope, owner: IdentityId, *, active: bool | None) -> int:
    """How many sessions somebody has; with `active` those whose flag is set, expired or not."""
    what = SessionFilter(identity_id=owner, active=active, now=scope.services.clock.now(), flag_only=True)
    return await scope.services.storage.sessions.count(what)


async def _end(scope: Scope, ids: Sequence[SessionId], *, delete: bool) -> Ended:
    """Those that are there, and to be disabled only those that still are active."""
    unit = scope.services.storage.unit()
    processed = 0
    for id in ids:
        found = await scope.services.storage.sessions.get(id)
        if found is None or not (delete or found.session.active):
            continue
        processed += 1
        if delete:
            unit.sessions.remove(id)
        else:
            unit.sessions.end(id)
    await unit.commit()
    return Ended(processed=processed)


async def _disable_of(scope: Scope, owners: Sequence[IdentityId]) -> Ended:
    unit = scope.services.storage.unit()
    processed = 0
    for owner in owners:
        processed += await _count(scope, owner, active=True)
        unit.sessions.end_all(owner)
    await unit.commit()
    return Ended(processed=processed)


async def _delete_of(scope: Scope, owners: Sequence[IdentityId]) -> Ended:
    unit = scope.services.storage.unit()
    processed = 0
    for owner in owners:
        processed += await _count(scope, owner, active=None)
        unit.sessions.remove_all(owner)
    await unit.commit()
    return Ended(processed=processed)


async def _disable_all(scope: Scope) -> Ended:
    ids, more = await _some(scope, active=True)
    unit = scope.services.storage.unit()
    for id, _ in ids:
        unit.sessions.end(id)
    await unit.commit()
    return Ended(processed=len(ids), more=more)


async def _delete_all(scope: Scope) -> Ended:
    """Person by person, so that whoever was begun with has none left."""
    found, more = await _some(scope, active=None)
    ended = await _delete_of(scope, tuple(dict.fromkeys(owner for _, owner in found)))
    return Ended(processed=ended.processed, more=more)


async def _some(scope: Scope, *, active: bool | None) -> tuple[Sequence[tuple[SessionId, IdentityId]], bool]:
    what = SessionFilter(active=active, now=scope.services.clock.now(), flag_only=True)
    found = await scope.services.storage.sessions.page(what, Page(limit=BATCH + 1))
    named = [(each.session.id, each.identity.id) for each in found[:BATCH]]
    return named, len(found) > BATCH
