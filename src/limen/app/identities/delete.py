"""How does an operator remove an identity? With everything that is its (HTTP-67, ID-24)."""

from limen.app.errors import VersionMismatch
from limen.app.identities.find import by_id
from limen.app.identities.versions import WHICHEVER, Expected
from limen.app.scope import Scope
from limen.ports.storage import IdentityChanged


async def delete(scope: Scope, id: str, expected: Expected = WHICHEVER) -> None:
    """The identity, its credentials, addresses and sessions are gone. Raises IdentityUnknown, VersionMismatch."""
    identity = await by_id(scope, id)
    expected.check(identity)
    unit = scope.services.storage.unit()
    if expected.versions is not None:
        unit.identities.save(identity, identity)  # holds only if nobody changes it in this very moment
    unit.identities.remove(identity.id)
    try:
        await unit.commit()
    except IdentityChanged as error:
        raise VersionMismatch("The identity was changed in this moment. Read it again.") from error
