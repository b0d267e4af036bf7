"""Under which name and for which pages are security keys and passkeys made?"""

from typing import Literal

import msgspec

from limen.config.syntax import Duration, Url

Wish = Literal["required", "preferred", "discouraged"]


class WebAuthnRelyingParty(msgspec.Struct, frozen=True, kw_only=True):
    """Who security keys are made for."""

    id: str
    """Domain that keys are bound to."""
    display_name: str
    """Name that the browser shows."""
    origin: Url | None = None
    """Older form of `origins`, for one page only."""
    origins: tuple[Url, ...] | None = None
    """Origins of the pages that may use keys."""
    icon: Url | None = None
    """Without effect, as in Kratos."""


class WebAuthnConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Security keys."""

    passwordless: bool = False
    """Use keys instead of a password rather than as a second factor."""
    rp: WebAuthnRelyingParty | None = None


class PasskeyRelyingParty(msgspec.Struct, frozen=True, kw_only=True):
    """Who passkeys are made for."""

    id: str
    """Domain that passkeys are bound to."""
    display_name: str
    """Name that the browser shows."""
    origins: tuple[str, ...] = ()
    """Origins of the pages and apps that may use passkeys."""


class AuthenticatorSelection(msgspec.Struct, frozen=True, kw_only=True):
    """Which authenticators are welcome."""

    attachment: Literal["platform", "cross-platform"] | None = None
    """Built into the device, or separate from it; both when unset."""
    resident_key: Wish = "required"
    """Whether the passkey has to be found without naming its owner."""
    user_verification: Wish = "preferred"
    """Whether the device has to check who holds it."""


class Attestation(msgspec.Struct, frozen=True, kw_only=True):
    """What a new passkey tells about its maker."""

    preference: Literal["none", "indirect", "direct", "enterprise"] = "none"
    """How much is asked for."""


class PasskeyTimeouts(msgspec.Struct, frozen=True, kw_only=True):
    """How long the browser waits."""

    registration: Duration | None = None
    """For a new passkey; the browser's own time when unset."""
    login: Duration | None = None
    """For sign-in; the browser's own time when unset."""


class PasskeyConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Passkeys."""

    rp: PasskeyRelyingParty | None = None
    authenticator_selection: AuthenticatorSelection = AuthenticatorSelection()
    attestation: Attestation = Attestation()
    timeouts: PasskeyTimeouts = PasskeyTimeouts()
