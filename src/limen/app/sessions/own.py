"""What can people do with their own sessions? List the others, end one, end all others (SESS-20 … SESS-22)."""

from collections.abc import Sequence

import msgspec

from limen.app.errors import OwnSession
from limen.app.scope import Scope
from limen.app.sessions.check import require, require_aal
from limen.domain.ids import SessionId
from limen.domain.session.session import CheckedSession
from limen.ports.storage import Page, SessionFilter


class OwnSessions(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the list, and how many there are in all."""

    sessions: tuple[CheckedSession, ...]
    total: int


async def others(scope: Scope, page: Page) -> OwnSessions:
    """The caller's other active sessions. Raises SessionRequired, SecondFactorRequired."""
    current = require(scope)
    require_aal(scope, current)
    what = SessionFilter(
        identity_id=current.identity.id, active=True, now=scope.services.clock.now(), except_id=current.session.id
    )
    found: Sequence[CheckedSession] = await scope.services.storage.sessions.page(what, page)
    return OwnSessions(sessions=tuple(found), total=await scope.services.storage.sessions.count(what))


async def end_others(scope: Scope) -> int:
    """End all but this one; how many rows that touched (HTTP-33). Raises SessionRequired."""
    current = require(scope)
    return await scope.services.storage.end_other_sessions(current.identity.id, current.session.id)


async def end_one(scope: Scope, id: SessionId) -> None:
    """End one of the caller's other sessions; ids of strangers change nothing and tell nothing (QK-09).

    Raises SessionRequired, OwnSession.
    """
    current = require(scope)
    if id == current.session.id:
        raise OwnSession("The current session cannot be ended this way; sign out instead.")
    unit = scope.services.storage.unit()
    unit.sessions.end(id, current.identity.id)
    await unit.commit()
