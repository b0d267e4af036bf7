"""Is this session good, and good enough? (SESS-11, SESS-12, SESS-15, SESS-30)"""

import msgspec

from limen.app.errors import SecondFactorRequired, SessionInactive, SessionRequired
from limen.app.scope import Scope
from limen.app.sessions.issue import token_hash
from limen.config.model import Config
from limen.config.session import RequiredAal
from limen.domain.identity.aal import Aal
from limen.domain.session.session import CheckedSession
from limen.kernel.clock import Clock
from limen.kernel.urls import joined, with_query
from limen.ports.storage import Storage


async def by_token(storage: Storage, clock: Clock, token: str) -> CheckedSession | None:
    """The good session with that token: active, not expired, of an active identity; else None."""
    if not token:
        return None
    found = await storage.sessions.by_token_hash(token_hash(token))
    if found is None or not found.session.good(clock.now()) or not found.identity.active:
        return None
    return msgspec.structs.replace(found, token=token)


def require(scope: Scope, *, named: bool = False) -> CheckedSession:
    """The request's session. Raises SessionRequired, or SessionInactive where the wire names the error."""
    if scope.session is None:
        reason = "This needs a session, and the request shows none that is valid."
        raise SessionInactive(reason) if named else SessionRequired(reason)
    return scope.session


def require_aal(scope: Scope, current: CheckedSession, return_to: str = "") -> None:
    """Raises SecondFactorRequired when the session is not good enough for whoami and the list of sessions (SESS-12)."""
    if not satisfies(scope.config, current.session.aal, current.identity.available_aal):
        raise SecondFactorRequired(step_up_url(scope.config, return_to))


def satisfies(config: Config, aal: Aal, available: Aal | None) -> bool:
    """Whether a session of that level is enough for an identity that could reach `available` (SESS-15)."""
    return enough(config.session.whoami.required_aal, aal, available)


def enough(required: RequiredAal, aal: Aal, available: Aal | None) -> bool:
    """Whether a session of that level is what is asked for: the first level, or the highest there is (SESS-15, SET-03)."""
    if required == "aal1":
        return aal is not Aal.AAL0
    return aal is Aal.AAL2 or available is not Aal.AAL2


def step_up_url(config: Config, return_to: str = "") -> str:
    """Where the second factor is asked for."""
    init = joined(config.serve.public.base_url, "self-service/login/browser")
    return with_query(init, aal=Aal.AAL2.value, return_to=return_to)
