"""How does each self-service flow run: where are its pages, how long does it live, what follows it?"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

import msgspec

from limen.config.hooks import HookConfig
from limen.config.session import RequiredAal
from limen.config.syntax import Duration, UrlReference


class BeforeConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What happens when a flow starts."""

    hooks: tuple[HookConfig, ...] = ()
    """Hooks that run then."""


class AfterMethodConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What follows a flow that was finished with one particular method."""

    default_browser_return_url: UrlReference | None = None
    """Where browsers go then."""
    hooks: tuple[HookConfig, ...] = ()
    """Hooks that run then, instead of those for all methods (HOOK-02)."""


class AfterConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What follows a finished flow."""

    default_browser_return_url: UrlReference | None = None
    """Where browsers go after this flow, unless a method says otherwise."""
    hooks: tuple[HookConfig, ...] = ()
    """Hooks that run after this flow, unless the method has its own."""

    @property
    def methods(self) -> Mapping[str, AfterMethodConfig]:
        """What is said per method, by the method's name."""
        return {}


class LoginAfter(AfterConfig, frozen=True, kw_only=True):
    """What follows sign-in."""

    password: AfterMethodConfig = AfterMethodConfig()
    webauthn: AfterMethodConfig = AfterMethodConfig()
    passkey: AfterMethodConfig = AfterMethodConfig()
    oidc: AfterMethodConfig = AfterMethodConfig()
    code: AfterMethodConfig = AfterMethodConfig()
    totp: AfterMethodConfig = AfterMethodConfig()
    lookup_secret: AfterMethodConfig = AfterMethodConfig()

    @property
    def methods(self) -> Mapping[str, AfterMethodConfig]:
        return {
            "password": self.password,
            "webauthn": self.webauthn,
            "passkey": self.passkey,
            "oidc": self.oidc,
            "code": self.code,
            "totp": self.totp,
            "lookup_secret": self.lookup_secret,
        }


class RegistrationAfter(AfterConfig, frozen=True, kw_only=True):
    """What follows sign-up."""

    password: AfterMethodConfig = AfterMethodConfig()
    webauthn: AfterMethodConfig = AfterMethodConfig()
    passkey: AfterMethodConfig = AfterMethodConfig()
    oidc: AfterMethodConfig = AfterMethodConfig()
    code: AfterMethodConfig = AfterMethodConfig()

    @property
    def methods(self) -> Mapping[str, AfterMethodConfig]:
        return {
            "password": self.password,
            "webauthn": self.webauthn,
            "passkey": self.passkey,
            "oidc": self.oidc,
            "code": self.code,
        }


class SettingsAfter(AfterConfig, frozen=True, kw_only=True):
    """What follows a change of settings."""

    password: AfterMethodConfig = AfterMethodConfig()
    totp: AfterMethodConfig = AfterMethodConfig()
    oidc: AfterMethodConfig = AfterMethodConfig()
    webauthn: AfterMethodConfig = AfterMethodConfig()
    passkey: AfterMethodConfig = AfterMethodConfig()
    lookup_secret: AfterMethodConfig = AfterMethodConfig()
    profile: AfterMethodConfig = AfterMethodConfig()

    @property
    def methods(self) -> Mapping[str, AfterMethodConfig]:
        return {
            "password": self.password,
            "totp": self.totp,
            "oidc": self.oidc,
            "webauthn": self.webauthn,
            "passkey": self.passkey,
            "lookup_secret": self.lookup_secret,
            "profile": self.profile,
        }


class LoginFlow(msgspec.Struct, frozen=True, kw_only=True):
    """Sign-in."""

    ui_url: UrlReference = ""
    """Page that shows this flow; the built-in one when unset."""
    lifespan: Duration = timedelta(hours=1)
    """How long a started flow can be finished."""
    style: Literal["unified", "identifier_first"] = "unified"
    """Everything in one step, or first who and then how."""
    before: BeforeConfig = BeforeConfig()
    after: LoginAfter = LoginAfter()


class RegistrationFlow(msgspec.Struct, frozen=True, kw_only=True):
    """Sign-up."""

    enabled: bool = True
    """Let people sign up."""
    login_hints: bool = False
    """Tell a person who exists already how they signed in before."""
    ui_url: UrlReference = ""
    """Page that shows this flow; the built-in one when unset."""
    lifespan: Duration = timedelta(hours=1)
    """How long a started flow can be finished."""
    style: Literal["unified", "profile_first"] = "profile_first"
    """Everything in one step, or first the profile and then the method."""
    enable_legacy_one_step: bool = False
    """Older form of `style: unified`."""
    before: BeforeConfig = BeforeConfig()
    after: RegistrationAfter = RegistrationAfter()

    @property
    def one_step(self) -> bool:
        """Whether the form asks for everything at once."""
        return self.style == "unified" or self.enable_legacy_one_step


class SettingsFlow(msgspec.Struct, frozen=True, kw_only=True):
    """Changing one's account."""

    ui_url: UrlReference = ""
    """Page that shows this flow; the built-in one when unset."""
    lifespan: Duration = timedelta(hours=1)
    """How long a started flow can be finished."""
    privileged_session_max_age: Duration = timedelta(hours=1)
    """Sensitive changes need a sign-in that is not older than this."""
    required_aal: RequiredAal = "highest_available"
    """Assurance that a session needs here: one factor, or as many as the person has set up."""
    before: BeforeConfig = BeforeConfig()
    after: SettingsAfter = SettingsAfter()


class RecoveryFlow(msgspec.Struct, frozen=True, kw_only=True):
    """Getting back into an account."""

    enabled: bool = False
    """Let people recover their account."""
    ui_url: UrlReference = ""
    """Page that shows this flow; the built-in one when unset."""
    lifespan: Duration = timedelta(hours=1)
    """How long a started flow can be finished."""
    use: Literal["link", "code"] = "code"
    """What the message holds."""
    notify_unknown_recipients: bool = False
    """Write also to addresses that nobody has registered."""
    before: BeforeConfig = BeforeConfig()
    after: AfterConfig = AfterConfig()


class VerificationFlow(msgspec.Struct, frozen=True, kw_only=True):
    """Proving that an address is one's own."""

    enabled: bool = False
    """Let people verify their addresses, and ask new people to."""
    ui_url: UrlReference = ""
    """Page that shows this flow; the built-in one when unset."""
    lifespan: Duration = timedelta(hours=1)
    """How long a started flow can be finished."""
    use: Literal["link", "code"] = "code"
    """What the message holds."""
    notify_unknown_recipients: bool = False
    """Write also to addresses that nobody has registered."""
    before: BeforeConfig = BeforeConfig()
    after: AfterConfig = AfterConfig()


class LogoutAfter(msgspec.Struct, frozen=True, kw_only=True):
    """What follows sign-out."""

    default_browser_return_url: UrlReference | None = None
    """Where browsers go after signing out."""


class LogoutFlow(msgspec.Struct, frozen=True, kw_only=True):
    """Sign-out."""

    clear_browser_data: bool = False
    """Ask the browser to forget what this site stored."""
    after: LogoutAfter = LogoutAfter()


class ErrorFlow(msgspec.Struct, frozen=True, kw_only=True):
    """Errors that no form can show."""

    ui_url: UrlReference = ""
    """Page that shows errors; the built-in one when unset."""


class FlowsConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The flows. After loading every `ui_url` is filled."""

    login: LoginFlow = LoginFlow()
    registration: RegistrationFlow = RegistrationFlow()
    settings: SettingsFlow = SettingsFlow()
    recovery: RecoveryFlow = RecoveryFlow()
    verification: VerificationFlow = VerificationFlow()
    logout: LogoutFlow = LogoutFlow()
    error: ErrorFlow = ErrorFlow()


class FlowConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What every kind of flow has in common."""

    enabled: bool
    lifespan: timedelta
    ui_url: str
    before: tuple[HookConfig, ...]
    after: AfterConfig

    def hooks_after(self, method: str) -> tuple[HookConfig, ...]:
        """The hooks that follow `method`: its own, or those for all methods if it has none (HOOK-02)."""
        own = self.after.methods.get(method)
        return own.hooks if own and own.hooks else self.after.hooks

    def return_url_after(self, method: str) -> str | None:
        """Where browsers go after `method`; None leaves it to `selfservice.default_browser_return_url`."""
        own = self.after.methods.get(method)
        return (own.default_browser_return_url if own else None) or self.after.default_browser_return_url
