"""How does an operator prolong a session? To its whole life from now on, when it is time (HTTP-75, SESS-17)."""

import msgspec

from limen.app.scope import Scope
from limen.app.sessions.listing import one
from limen.domain.session.session import CheckedSession


async def extend(scope: Scope, id: str) -> CheckedSession:
    """The session as it is then. One that has ended or expired is not brought back, and one that may not be extended
    yet stays as it is. Raises BadParameter, SessionUnknown.
    """
    found = await one(scope, id)
    now, settings = scope.services.clock.now(), scope.config.session
    earliest = settings.earliest_possible_extend
    if not found.session.good(now) or (earliest is not None and now < found.session.expires_at - earliest):
        return found
    longer = msgspec.structs.replace(found.session, expires_at=now + settings.lifespan)
    unit = scope.services.storage.unit()
    unit.sessions.save(longer)
    await unit.commit()
    return msgspec.structs.replace(found, session=longer)
