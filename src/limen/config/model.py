"""What is one whole configuration? The tree of all keys, named as they are written."""

from typing import Annotated, ClassVar, Final, Literal

import msgspec
from msgspec import Meta

from limen.config.ciphers import CiphersConfig
from limen.config.clients import ClientsConfig
from limen.config.cookies import CookiesConfig, CookieShape
from limen.config.courier import CourierConfig
from limen.config.database import DatabaseConfig
from limen.config.feature_flags import FeatureFlags
from limen.config.flows import (
    FlowConfig,
    FlowsConfig,
    LoginFlow,
    RecoveryFlow,
    RegistrationFlow,
    SettingsFlow,
    VerificationFlow,
)
from limen.config.hashers import HashersConfig
from limen.config.identity import IdentityConfig
from limen.config.log import LogConfig
from limen.config.methods import MethodsConfig
from limen.config.oauth2 import OAuth2Config
from limen.config.secrets import SecretsConfig
from limen.config.security import SecurityConfig
from limen.config.serve import ServeConfig
from limen.config.session import SessionConfig
from limen.config.switches import DialectSwitches
from limen.config.syntax import UrlReference
from limen.config.tracing import TracingConfig
from limen.domain.flow.kinds import FlowKind
from limen.kernel.json_doc import JsonDoc

_LOOPBACK: Final = ("127.0.0.0/8", "::1/128")


class SelfserviceConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What people do themselves."""

    default_browser_return_url: UrlReference = ""
    """Where browsers go when nothing else is said. Needed as soon as a flow has a page of its own."""
    allowed_return_urls: tuple[UrlReference, ...] = ()
    """Addresses that `return_to` may name, with everything below them."""
    flows: FlowsConfig = FlowsConfig()
    methods: MethodsConfig = MethodsConfig()


class PreviewConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Trials."""

    default_read_consistency_level: Literal["strong", "eventual"] = "strong"
    """How fresh lists have to be on a distributed database."""


class EnterpriseConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Kratos' enterprise edition."""

    identity_schema_fallback_url_template: str = ""
    """Where unknown identity schemas are looked for."""


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """One configuration, complete and immutable: every default is filled in, every address is absolute or as given.

    `serve.*.base_url` has no slash at its end. A request works with one of these from beginning to end.
    """

    not_in_files: ClassVar[frozenset[str]] = frozenset({"dialect"})

    dsn: Annotated[str, Meta(min_length=1, extra={"syntax": "secret"})] = ""
    """The database: `sqlite://FILE`, `postgres://…` or `memory`; see storage.md. A SQLite file in the data folder."""
    serve: ServeConfig = ServeConfig()
    selfservice: SelfserviceConfig = SelfserviceConfig()
    identity: IdentityConfig = IdentityConfig(schemas=())
    session: SessionConfig = SessionConfig()
    cookies: CookiesConfig = CookiesConfig()
    secrets: SecretsConfig = SecretsConfig()
    hashers: HashersConfig = HashersConfig()
    ciphers: CiphersConfig = CiphersConfig()
    security: SecurityConfig = SecurityConfig()
    courier: CourierConfig = CourierConfig()
    clients: ClientsConfig = ClientsConfig()
    oauth2_provider: OAuth2Config = OAuth2Config()
    log: LogConfig = LogConfig()
    tracing: TracingConfig = TracingConfig()
    feature_flags: FeatureFlags = FeatureFlags()
    database: DatabaseConfig = DatabaseConfig()
    preview: PreviewConfig = PreviewConfig()
    enterprise: EnterpriseConfig = EnterpriseConfig()
    organizations: tuple[JsonDoc, ...] = ()
    """Older form of `selfservice.methods.b2b.config.organizations`."""
    profiling: Literal["cpu", "mem", ""] = ""
    """Record a profile of this run."""
    version: str = ""
    """Release that the file was written for; only files in an older form need it."""
    revision: str = ""
    """Mark that `/health/config` shows (CFG-16). A hash of the configuration when unset."""
    dev: bool = False
    """Development: cookies over plain HTTP, cheap hashes, details in errors. Never in production."""
    watch_courier: bool = msgspec.field(default=False, name="watch-courier")
    """Send messages from this process as well."""
    expose_metrics_port: Annotated[int, Meta(ge=0, le=65535)] = msgspec.field(default=0, name="expose-metrics-port")
    """Port for the metrics of a separate courier; none when 0."""
    sqa_opt_out: bool = msgspec.field(default=False, name="sqa-opt-out")
    """Accepted and without effect: Limen reports nothing to anybody."""
    config: tuple[str, ...] = ()
    """Accepted and without effect: files are named on the command line."""
    help: bool = False
    """Accepted and without effect."""
    dialect: DialectSwitches = DialectSwitches()

    def __repr__(self) -> str:
        return f"Config(revision={self.revision!r}, …)"

    def flow(self, kind: FlowKind) -> FlowConfig:
        """What the flow of that kind has in common with the others."""
        flows = self.selfservice.flows
        section: LoginFlow | RegistrationFlow | SettingsFlow | RecoveryFlow | VerificationFlow
        enabled = True
        match kind:
            case FlowKind.LOGIN:
                section = flows.login
            case FlowKind.REGISTRATION:
                section, enabled = flows.registration, flows.registration.enabled
            case FlowKind.SETTINGS:
                section = flows.settings
            case FlowKind.RECOVERY:
                section, enabled = flows.recovery, flows.recovery.enabled
            case FlowKind.VERIFICATION:
                section, enabled = flows.verification, flows.verification.enabled
        return FlowConfig(
            enabled=enabled,
            lifespan=section.lifespan,
            ui_url=section.ui_url,
            before=section.before.hooks,
            after=section.after,
        )

    def method_enabled(self, name: str) -> bool:
        """Whether people may use that method; `identifier_first` is on when sign-in has two steps."""
        if name == "identifier_first":
            return self.selfservice.flows.login.style == "identifier_first"
        return self.selfservice.methods.enabled(name)

    @property
    def trusted_proxies(self) -> tuple[str, ...]:
        """Networks whose forwarding headers the public listener believes; in development also this machine's own."""
        return self.serve.public.trusted_proxies or (_LOOPBACK if self.dev else ())

    @property
    def admin_trusted_proxies(self) -> tuple[str, ...]:
        """Networks whose forwarding headers the admin listener believes: its own, or those of the public one."""
        return self.serve.admin.trusted_proxies or self.trusted_proxies

    @property
    def cookie_shape(self) -> CookieShape:
        """How cookies other than the session's look."""
        cookies = self.cookies
        return CookieShape(
            domain=cookies.domain,
            path=cookies.path,
            secure=not self.dev if cookies.secure is None else cookies.secure,
            same_site=cookies.same_site,
        )

    @property
    def session_cookie_shape(self) -> CookieShape:
        """How the session cookie looks; what it does not say itself is as for the others."""
        own, rest = self.session.cookie, self.cookie_shape
        return CookieShape(
            domain=rest.domain if own.domain is None else own.domain,
            path=rest.path if own.path is None else own.path,
            secure=rest.secure if own.secure is None else own.secure,
            same_site=own.same_site or rest.same_site,
        )
