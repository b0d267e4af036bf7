"""How does an operator remove an identity? With everything that is its (HTTP-67, ID-24)."""

from limen.app.identities.find import by_id
from limen.app.scope import Scope


async def delete(scope: Scope, id: str) -> None:
    """The identity, its credentials, addresses and sessions are gone. Raises IdentityUnknown."""
    identity = await by_id(scope, id)
    unit = scope.services.storage.unit()
    unit.identities.remove(identity.id)
    await unit.commit()
