"""Which identity is it? Found by its id or by its external id (HTTP-63, HTTP-64)."""

from limen.app.errors import IdentityUnknown
from limen.app.scope import Scope
from limen.domain.identity.identity import Identity
from limen.domain.ids import IdentityId, canonical_uuid


async def by_id(scope: Scope, id: str) -> Identity:
    """The identity with that id. Raises IdentityUnknown, also for text that is no id."""
    known = canonical_uuid(id)
    found = await scope.services.storage.identities.get(IdentityId(known)) if known else None
    if found is None:
        raise IdentityUnknown("There is no identity with this id.")
    return found


async def by_external_id(scope: Scope, external_id: str) -> Identity:
    """The identity with that external id. Raises IdentityUnknown."""
    found = await scope.services.storage.identities.by_external_id(external_id) if external_id else None
    if found is None:
        raise IdentityUnknown("There is no identity with this external id.")
    return found
