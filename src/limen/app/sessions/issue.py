"""How does a session begin, and how is it renewed? (SESS-16, SESS-18, SESS-19, LOGIN-18, LOGIN-19)"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from limen.app.scope import Scope
from limen.domain.identity.aal import Aal
from limen.domain.identity.identity import Identity
from limen.domain.ids import MethodName, SessionId
from limen.domain.session.amr import AuthenticationMethod, reached
from limen.domain.session.device import Device
from limen.domain.session.session import CheckedSession, IssuedSession, Session

SESSION_PREFIX: Final = "ory_st_"
LOGOUT_PREFIX: Final = "ory_lo_"
TOKEN_LENGTH: Final = 32
_USER_AGENT_LIMIT: Final = 512


def token_hash(token: str) -> bytes:
    """What is stored of a token: 190 random bits need no salt (security.md §2.4)."""
    return hashlib.sha256(token.encode()).digest()


def logout_token(session_token: str) -> str:
    """The secret that ends a browser's session (SESS-03): it follows from the session token, so nothing has to be kept."""
    digest = hmac.digest(session_token.encode(), b"limen/logout", "sha256")
    return LOGOUT_PREFIX + base64.b32encode(digest).decode()[:TOKEN_LENGTH]


def proof(method: MethodName, at: datetime, aal: Aal = Aal.AAL1) -> AuthenticationMethod:
    """A method that was just completed."""
    return AuthenticationMethod(method=method, aal=aal, completed_at=at)


def begun(scope: Scope, identity: Identity, proofs: Sequence[AuthenticationMethod]) -> IssuedSession:
    """A new session, not stored yet."""
    services = scope.services
    now = services.clock.now()
    session = Session(
        id=SessionId(str(services.ids.uuid())),
        identity_id=identity.id,
        active=True,
        aal=reached(proofs),
        methods=tuple(proofs),
        devices=(seen_device(scope),),
        authenticated_at=now,
        issued_at=now,
        expires_at=now + scope.config.session.lifespan,
    )
    return IssuedSession(session=session, identity=identity, token=_token(scope))


def renewed(scope: Scope, current: CheckedSession, identity: Identity, done: AuthenticationMethod) -> IssuedSession:
    """The same session, fresh, with a new token; the old token dies with the write (SESS-18)."""
    now = scope.services.clock.now()
    methods = (*current.session.methods, done)
    session = msgspec.structs.replace(
        current.session,
        methods=methods,
        aal=reached(methods),
        authenticated_at=now,
        expires_at=now + scope.config.session.lifespan,
        devices=_with_device(current.session.devices, seen_device(scope)),
    )
    return IssuedSession(session=session, identity=identity, token=_token(scope))


def seen_device(scope: Scope) -> Device:
    """Where this request comes from (SESS-19)."""
    visitor = scope.visitor
    return Device(
        id=str(scope.services.ids.uuid()),
        ip_address=visitor.ip,
        user_agent=visitor.user_agent[:_USER_AGENT_LIMIT],
        location=visitor.location,
    )


def _with_device(known: tuple[Device, ...], seen: Device) -> tuple[Device, ...]:
    same = (seen.ip_address, seen.user_agent, seen.location)
    if any((device.ip_address, device.user_agent, device.location) == same for device in known):
        return known
    return (*known, seen)


def _token(scope: Scope) -> str:
    return SESSION_PREFIX + scope.services.entropy.alphanumeric(TOKEN_LENGTH)
