"""How are one-time codes and link tokens made, kept and recognised? As HMACs, never as themselves (CODE-02, LINK-02, SEC-22)."""

import hmac
from datetime import timedelta
from typing import Final

import msgspec

from limen.app.scope import Scope
from limen.config.model import Config
from limen.domain.identity.addresses import Via
from limen.domain.ids import FlowId, IdentityId
from limen.ports.one_time_secrets import OneTimeSecret, SecretPurpose, WrongGuess

CODE_LENGTH: Final = 6
TOKEN_LENGTH: Final = 32
WRONG_GUESSES: Final = 20
"""So many wrong codes for one address, over all flows, and none is looked at any more (security.md §2.7) …"""
GUESS_WINDOW: Final = timedelta(hours=24)
"""… until that long after them."""
_KEY_PURPOSE: Final = b"limen/one-time-secret/1"
_NO_FLOW: Final = ""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a secret is to be good for, and for whom. Without an identity it is made all the same, and opens nothing."""

    purpose: SecretPurpose
    flow_id: FlowId
    address: str
    via: Via
    identity_id: IdentityId | None = None
    lifespan: timedelta
    admin: bool = False


class Fresh(msgspec.Struct, frozen=True, kw_only=True):
    """A secret as it is sent, and as it is kept."""

    text: str
    kept: OneTimeSecret

    def __repr__(self) -> str:
        return f"Fresh(kept={self.kept.id})"


def fresh_code(scope: Scope, wanted: Wanted) -> Fresh:
    """Six digits that are good in this flow alone."""
    return _fresh(scope, wanted, scope.services.entropy.digits(CODE_LENGTH), wanted.flow_id)


def fresh_token(scope: Scope, wanted: Wanted) -> Fresh:
    """32 letters and digits: found by themselves, whatever the flow."""
    return _fresh(scope, wanted, scope.services.entropy.alphanumeric(TOKEN_LENGTH), _NO_FLOW)


async def code_of_flow(scope: Scope, purpose: SecretPurpose, flow_id: FlowId, code: str) -> OneTimeSecret | None:
    """The unused secret of the flow with that code, expired ones too. Every one is compared with every configured secret,
    in constant time, so that nothing can be learned from how long it takes (SEC-13).
    """
    wanted = _macs(scope.config, purpose, flow_id, code)
    found: OneTimeSecret | None = None
    for kept in await scope.services.storage.secrets.of_flow(purpose, flow_id):
        fits = False
        for mac in wanted:
            fits |= hmac.compare_digest(kept.hmac, mac)
        if fits and kept.used_at is None:
            found = kept
    return found


async def token_secret(scope: Scope, purpose: SecretPurpose, token: str) -> OneTimeSecret | None:
    """The secret of a link, used and expired ones too."""
    for mac in _macs(scope.config, purpose, _NO_FLOW, token):
        found = await scope.services.storage.secrets.by_hmac(purpose, mac)
        if found is not None:
            return found
    return None


async def guessed_out(scope: Scope, address: str) -> bool:
    """Whether too many wrong codes were entered for the address, in whatever flows."""
    since = scope.services.clock.now() - GUESS_WINDOW
    return await scope.services.storage.secrets.wrong_since(address, since) >= WRONG_GUESSES


async def note_wrong(scope: Scope, address: str) -> None:
    """Count a wrong code."""
    now = scope.services.clock.now()
    unit = scope.services.storage.unit()
    guess = WrongGuess(id=str(scope.services.ids.uuid()), address=address, at=now, expires_at=now + GUESS_WINDOW)
    unit.secrets.note_wrong(guess)
    await unit.commit()


def _fresh(scope: Scope, wanted: Wanted, text: str, bound_to: str) -> Fresh:
    now = scope.services.clock.now()
    kept = OneTimeSecret(
        id=str(scope.services.ids.uuid()),
        purpose=wanted.purpose,
        flow_id=wanted.flow_id,
        identity_id=wanted.identity_id,
        address=wanted.address,
        via=wanted.via,
        hmac=_macs(scope.config, wanted.purpose, bound_to, text)[0],
        issued_at=now,
        expires_at=now + wanted.lifespan,
        admin=wanted.admin,
    )
    return Fresh(text=text, kept=kept)


def _macs(config: Config, purpose: SecretPurpose, flow_id: str, text: str) -> tuple[bytes, ...]:
    """One for each configured secret, the one for new secrets first. A code is bound to its flow and its purpose."""
    message = f"{purpose.value}\n{flow_id}\n{text}".encode()
    return tuple(
        hmac.digest(hmac.digest(secret.encode(), _KEY_PURPOSE, "sha256"), message, "sha256")
        for secret in config.secrets.default
    )
