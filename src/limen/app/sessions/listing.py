"""Which sessions are there, of everybody or of one person? As operators ask (HTTP-69, HTTP-71, HTTP-73, SESS-25)."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from limen.app.errors import BadParameter, SessionUnknown
from limen.app.scope import Scope
from limen.domain.ids import IdentityId, SessionId, canonical_uuid
from limen.domain.session.session import CheckedSession, Session
from limen.ports.storage import Page, SessionFilter


class SessionPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page, and whether there are more behind it."""

    sessions: tuple[CheckedSession, ...]
    more: bool


class PersonsSessions(msgspec.Struct, frozen=True, kw_only=True):
    """One page of somebody's sessions, and how many there are in all."""

    sessions: tuple[CheckedSession, ...]
    total: int


async def everybody(scope: Scope, active: bool | None, page: Page) -> SessionPage:
    """Sessions of all people, newest first."""
    what = SessionFilter(active=active, now=scope.services.clock.now())
    wider = msgspec.structs.replace(page, limit=page.limit + 1)
    found: Sequence[CheckedSession] = await scope.services.storage.sessions.page(what, wider)
    return SessionPage(sessions=tuple(found[: page.limit]), more=len(found) > page.limit)


async def of_identity(scope: Scope, id: str, active: bool | None, page: Page) -> PersonsSessions:
    """Sessions of one person, newest first; nobody has none. Raises BadParameter for what is no id."""
    what = SessionFilter(identity_id=identity_id(id), active=active, now=scope.services.clock.now())
    sessions = scope.services.storage.sessions
    return PersonsSessions(sessions=tuple(await sessions.page(what, page)), total=await sessions.count(what))


async def one(scope: Scope, id: str) -> CheckedSession:
    """The session, good or not. Raises BadParameter for what is no id, SessionUnknown."""
    known = canonical_uuid(id)
    if known is None:
        raise BadParameter("This is no session id.")
    found = await scope.services.storage.sessions.get(SessionId(known))
    if found is None:
        raise SessionUnknown("There is no session with this id.")
    return found


def identity_id(id: str) -> IdentityId:
    """The id of an identity. Raises BadParameter."""
    known = canonical_uuid(id)
    if known is None:
        raise BadParameter("This is no identity id.")
    return IdentityId(known)


def key(session: Session) -> tuple[str, str]:
    """Where a page ends, for the next one to begin: the time as stored (UTC, microseconds) and the id (PAGE-04)."""
    return key_time(session.issued_at), session.id


def key_time(at: datetime) -> str:
    """A time as it is compared in `Page.after`."""
    return f"{at.astimezone(UTC).isoformat(timespec='microseconds')[:26]}Z"
