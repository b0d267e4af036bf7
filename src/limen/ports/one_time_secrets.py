"""Which codes and links are out, and which were guessed wrong? Only their HMACs are stored (SEC-22)."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from limen.domain.identity.addresses import Via
from limen.domain.ids import FlowId, IdentityId
from limen.kernel.errors import LimenError


class SecretPurpose(StrEnum):
    """What a one-time secret is good for."""

    RECOVERY_CODE = "recovery_code"
    RECOVERY_LINK = "recovery_link"
    VERIFICATION_CODE = "verification_code"
    VERIFICATION_LINK = "verification_link"
    LOGIN_CODE = "login_code"
    REGISTRATION_CODE = "registration_code"


class OneTimeSecret(msgspec.Struct, frozen=True, kw_only=True):
    """A code or link token that was sent to an address: only its HMAC is kept, and it is spent by a guarded write (SEC-22)."""

    id: str
    purpose: SecretPurpose
    flow_id: FlowId | None
    identity_id: IdentityId | None
    address: str
    via: Via
    hmac: bytes
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    admin: bool = False
    """Made by an operator rather than asked for by the person."""


class WrongGuess(msgspec.Struct, frozen=True, kw_only=True):
    """A wrong code, counted for the address that the right one was sent to, across all flows (security.md §2.7)."""

    id: str
    address: str
    at: datetime
    expires_at: datetime


class SecretSpent(LimenError):
    """The one-time secret was used in the meantime."""


class SecretReads(Protocol):
    async def of_flow(self, purpose: SecretPurpose, flow_id: FlowId) -> Sequence[OneTimeSecret]:
        """The secrets of a flow, newest first, used and expired ones too."""
        ...

    async def by_hmac(self, purpose: SecretPurpose, hmac: bytes) -> OneTimeSecret | None: ...

    async def wrong_since(self, address: str, since: datetime) -> int:
        """How many wrong codes were entered for an address since then, in whatever flow."""
        ...


class SecretWrites(Protocol):
    def add(self, secret: OneTimeSecret) -> None: ...

    def spend(self, id: str, at: datetime) -> None:
        """Use it; the commit raises SecretSpent when somebody else did before."""
        ...

    def remove_of_flow(self, purpose: SecretPurpose, flow_id: FlowId) -> None: ...

    def remove_unused(self, identity_id: IdentityId) -> None:
        """All that are still out for the identity, in whatever flow."""
        ...

    def note_wrong(self, guess: WrongGuess) -> None: ...
