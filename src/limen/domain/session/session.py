"""What is a session, and when is it good? (SESS-01, SESS-30, SET-05)"""

from datetime import datetime, timedelta

import msgspec

from limen.domain.identity.aal import Aal
from limen.domain.identity.identity import Identity
from limen.domain.ids import IdentityId, SessionId
from limen.domain.session.amr import AuthenticationMethod
from limen.domain.session.device import Device


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Someone being signed in. Its token is not here: only its hash is stored (architecture.md §0.8)."""

    id: SessionId
    identity_id: IdentityId
    active: bool
    aal: Aal
    methods: tuple[AuthenticationMethod, ...]
    devices: tuple[Device, ...] = ()
    authenticated_at: datetime
    issued_at: datetime
    expires_at: datetime

    def good(self, now: datetime) -> bool:
        """Neither ended nor expired; whether the identity is active is the caller's to ask."""
        return self.active and now < self.expires_at

    def privileged(self, now: datetime, max_age: timedelta) -> bool:
        """Whether the last proof is fresh enough for sensitive changes (SET-05)."""
        return now < self.authenticated_at + max_age


class CheckedSession(msgspec.Struct, frozen=True, kw_only=True):
    """A good session together with the identity it belongs to and the token it was presented with."""

    session: Session
    identity: Identity
    token: str = ""


class IssuedSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session that was just made or renewed, with the one copy of its token that leaves the house."""

    session: Session
    identity: Identity
    token: str
