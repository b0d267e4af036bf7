"""How do people sign out? (LOGOUT-01 … LOGOUT-06)"""

import hmac

import msgspec

from limen.app.errors import LogoutTokenMissing, LogoutTokenWrong
from limen.app.flows.contract import SignedOut
from limen.app.flows.return_to import checked
from limen.app.scope import Scope
from limen.app.sessions.check import require
from limen.app.sessions.issue import logout_token, token_hash
from limen.domain.ids import SessionId
from limen.kernel.urls import joined, with_query


class LogoutStart(msgspec.Struct, frozen=True, kw_only=True):
    """The address that ends the session, and the secret in it (HTTP-23)."""

    url: str
    token: str


def begin(scope: Scope, return_to: str) -> LogoutStart:
    """Raises SessionInactive, ReturnToForbidden."""
    current = require(scope, named=True)
    wanted = checked(scope.config, return_to)
    token = logout_token(current.token)
    url = with_query(joined(scope.config.serve.public.base_url, "self-service/logout"), token=token, return_to=wanted)
    return LogoutStart(url=url, token=token)


async def perform(scope: Scope, token: str, return_to: str) -> SignedOut:
    """End the browser's session. Raises LogoutTokenMissing, SessionInactive, LogoutTokenWrong, ReturnToForbidden."""
    wanted = checked(scope.config, return_to)
    if not token:
        raise LogoutTokenMissing("Signing out needs the token parameter; ask for a logout flow first.")
    current = require(scope, named=True)
    if not hmac.compare_digest(token.encode(), logout_token(current.token).encode()):
        raise LogoutTokenWrong("This logout token does not belong to the session of this browser.")
    await _end(scope, current.session.id)
    return _gone(scope, wanted)


async def at_once(scope: Scope, return_to: str) -> SignedOut:
    """End the browser's session, if it has one, without asking for a token: how it was until v0.6 (dialects.md §3.2).

    Raises ReturnToForbidden.
    """
    wanted = checked(scope.config, return_to)
    if scope.session is not None:
        await _end(scope, scope.session.session.id)
    return _gone(scope, wanted)


def _gone(scope: Scope, wanted: str) -> SignedOut:
    selfservice = scope.config.selfservice
    general = selfservice.flows.logout.after.default_browser_return_url or selfservice.default_browser_return_url
    return SignedOut(return_to=wanted or general)


async def perform_native(scope: Scope, session_token: str) -> None:
    """End the session of a token; one that ended before ends again (LOGOUT-06). Raises LogoutTokenWrong."""
    found = await scope.services.storage.sessions.by_token_hash(token_hash(session_token))
    if found is None:
        raise LogoutTokenWrong("This session token is not known.")
    await _end(scope, found.session.id)


async def _end(scope: Scope, id: SessionId) -> None:
    unit = scope.services.storage.unit()
    unit.sessions.end(id)
    await unit.commit()
