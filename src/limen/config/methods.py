"""Which ways to prove who one is are there, and how is each set up?"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from limen.config.oidc import OidcConfig
from limen.config.outgoing import AuthConfig
from limen.config.syntax import Duration, Location, SecretText, Url
from limen.config.webauthn import PasskeyConfig, WebAuthnConfig


class MigrateHookCall(msgspec.Struct, frozen=True, kw_only=True):
    """The program that knows the old passwords."""

    url: Url | None = None
    """Address that is called."""
    method: Literal["POST"] = "POST"
    """HTTP method."""
    headers: Mapping[str, SecretText] = msgspec.field(default_factory=dict[str, str])
    """Headers that are sent along."""
    body: Location | None = None
    """Jsonnet program that writes the payload; a built-in one when unset."""
    auth: AuthConfig | None = None
    """How the call proves who makes it."""
    emit_analytics_event: bool = True
    """Report the call in traces."""


class MigrateHook(msgspec.Struct, frozen=True, kw_only=True):
    """Asking an older system whether a password is right, once per person (PWD-05)."""

    enabled: bool = False
    """Ask it."""
    config: MigrateHookCall = MigrateHookCall()


class PasswordConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Which passwords are good enough (PWD-*)."""

    haveibeenpwned_host: str = "api.pwnedpasswords.com"
    """Host of the service that knows breached passwords."""
    haveibeenpwned_enabled: bool = True
    """Ask it about new passwords; it learns only a part of a hash."""
    max_breaches: Annotated[int, Meta(ge=0, le=100)] = 0
    """How many known breaches of a password are tolerated."""
    ignore_network_errors: bool = True
    """Accept a password when the service cannot be reached."""
    min_password_length: Annotated[int, Meta(ge=6)] = 8
    """Least number of bytes."""
    identifier_similarity_check_enabled: bool = True
    """Refuse passwords that look like the person's identifier."""
    migrate_hook: MigrateHook = MigrateHook()


class PasswordMethod(msgspec.Struct, frozen=True, kw_only=True):
    """Identifier and password."""

    enabled: bool = True
    """Offer this method."""
    config: PasswordConfig = PasswordConfig()


class ProfileMethod(msgspec.Struct, frozen=True, kw_only=True):
    """Changing one's own traits."""

    enabled: bool = True
    """Offer this method."""


class LinkConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Links by e-mail."""

    lifespan: Duration = timedelta(hours=1)
    """How long a link works."""
    base_url: str = ""
    """Without effect, as in Kratos (CFG-13)."""


class LinkMethod(msgspec.Struct, frozen=True, kw_only=True):
    """A link by e-mail, for recovery and verification."""

    enabled: bool = False
    """Offer this method."""
    config: LinkConfig = LinkConfig()


class CodeConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One-time codes."""

    lifespan: Duration = timedelta(hours=1)
    """How long a code works."""
    max_submissions: Annotated[int, Meta(ge=1, le=255)] = 5
    """Attempts at a code within one flow."""
    missing_credential_fallback_enabled: bool = False
    """Send codes for sign-in also to people who never set this method up."""


class CodeMethod(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time code by e-mail or text message."""

    enabled: bool = True
    """Offer this method in recovery and verification."""
    passwordless_enabled: bool = False
    """Offer it for sign-in and sign-up. Excludes `mfa_enabled`."""
    mfa_enabled: bool = False
    """Offer it as a second factor. Excludes `passwordless_enabled`."""
    config: CodeConfig = CodeConfig()


class TotpConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Authenticator apps."""

    issuer: str = ""
    """Name of this service in the app; the public host when unset."""


class TotpMethod(msgspec.Struct, frozen=True, kw_only=True):
    """Codes of an authenticator app, as a second factor."""

    enabled: bool = False
    """Offer this method."""
    config: TotpConfig = TotpConfig()


class LookupSecretMethod(msgspec.Struct, frozen=True, kw_only=True):
    """Backup codes, as a second factor."""

    enabled: bool = False
    """Offer this method."""


class WebAuthnMethod(msgspec.Struct, frozen=True, kw_only=True):
    """Security keys."""

    enabled: bool = False
    """Offer this method."""
    config: WebAuthnConfig = WebAuthnConfig()


class PasskeyMethod(msgspec.Struct, frozen=True, kw_only=True):
    """Passkeys."""

    enabled: bool = False
    """Offer this method."""
    config: PasskeyConfig = PasskeyConfig()


class OidcMethod(msgspec.Struct, frozen=True, kw_only=True):
    """Sign-in with another service."""

    enabled: bool = False
    """Offer this method."""
    config: OidcConfig = OidcConfig()


class Organization(msgspec.Struct, frozen=True, kw_only=True):
    """An organization whose people sign in with its own service."""

    id: str = ""
    """Its id, a UUID."""
    label: str = ""
    """Its name."""
    domains: tuple[str, ...] = ()
    """E-mail domains of its people."""
    session_lifespan: Duration | None = None
    """Life of their sessions."""


class OrganizationsConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Organizations."""

    organizations: tuple[Organization, ...] = ()
    """All of them."""


class OrganizationsMethod(msgspec.Struct, frozen=True, kw_only=True):
    """Organizations (Kratos' enterprise edition)."""

    config: OrganizationsConfig = OrganizationsConfig()


class MethodsConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Every method, also those that Limen does not have yet."""

    password: PasswordMethod = PasswordMethod()
    profile: ProfileMethod = ProfileMethod()
    link: LinkMethod = LinkMethod()
    code: CodeMethod = CodeMethod()
    totp: TotpMethod = TotpMethod()
    lookup_secret: LookupSecretMethod = LookupSecretMethod()
    webauthn: WebAuthnMethod = WebAuthnMethod()
    passkey: PasskeyMethod = PasskeyMethod()
    oidc: OidcMethod = OidcMethod()
    b2b: OrganizationsMethod = OrganizationsMethod()

    def enabled(self, name: str) -> bool:
        """Whether the method of that name is switched on; False for a name that is no method."""
        switches = {
            "password": self.password.enabled,
            "profile": self.profile.enabled,
            "link": self.link.enabled,
            "code": self.code.enabled,
            "totp": self.totp.enabled,
            "lookup_secret": self.lookup_secret.enabled,
            "webauthn": self.webauthn.enabled,
            "passkey": self.passkey.enabled,
            "oidc": self.oidc.enabled,
        }
        return switches.get(name, False)
