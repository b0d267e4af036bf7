"""What does a configuration mean once everything that it leaves open is filled in?"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from limen.config.database import embedded_file
from limen.config.flows import FlowsConfig
from limen.config.generated_secrets import FallbackSecrets
from limen.config.hashers import LEAST_BCRYPT_COST_IN_PRODUCTION
from limen.config.hooks import HookConfig
from limen.config.identity import IdentityConfig, SchemaConfig
from limen.config.model import Config
from limen.config.problems import ConfigProblem, ConfigRefused, ConfigWarning
from limen.config.secrets import SecretsConfig
from limen.config.serve import ServeConfig, derived_base_url

DATABASE_NAME: Final = "limen.sqlite"
DEFAULT_SCHEMA_FILE: Final = Path(__file__).with_name("default_identity.schema.json")
PAGES: Final = "/ui/"
"""Where the built-in pages are, below the public address."""


class Completion:
    """Fills in what one configuration leaves open. `kept` says that generated secrets may be kept beside the database:
    only where no file was given (SEED0-13), because whoever writes one is told to put secrets into it (SEED0-13, SEED4-22).
    """

    def __init__(self, *, data_folder: Path, secrets: FallbackSecrets, kept: bool) -> None:
        self._data_folder = data_folder
        self._secrets = secrets
        self._kept = kept
        self.warnings: list[ConfigWarning] = []

    def complete(self, config: Config) -> Config:
        """The whole configuration. Raises ConfigRefused when a secret cannot be kept."""
        dsn = config.dsn or f"sqlite://{self._data_folder.absolute() / DATABASE_NAME}"
        serve = with_addresses(config.serve)
        public = serve.public.base_url
        return replace(
            config,
            dsn=dsn,
            serve=serve,
            selfservice=replace(
                config.selfservice,
                default_browser_return_url=config.selfservice.default_browser_return_url or f"{public}{PAGES}",
                flows=with_pages(self._welcoming(config.selfservice.flows), public),
            ),
            identity=self._identity(config.identity),
            secrets=self._with_secrets(config.secrets, dsn),
            hashers=replace(config.hashers, bcrypt=replace(config.hashers.bcrypt, cost=self._bcrypt_cost(config))),
        )

    def _identity(self, identity: IdentityConfig) -> IdentityConfig:
        if identity.schemas:
            return identity
        if not self._kept:
            text = "no schema is configured; the built-in one (an e-mail address) is used"
            self.warnings.append(ConfigWarning(key="identity.schemas", text=text))
        built_in = SchemaConfig(id="default", url=DEFAULT_SCHEMA_FILE.as_uri())
        return IdentityConfig(schemas=(built_in,), default_schema_id="default")

    def _welcoming(self, flows: FlowsConfig) -> FlowsConfig:
        """Without any file a newcomer is signed in at once, as everybody expects; whoever writes a file says so (SEED0-09)."""
        after = flows.registration.after
        if not self._kept or after.hooks or any(method.hooks for method in after.methods.values()):
            return flows
        signed_in = replace(after, hooks=(HookConfig(hook="session"),))
        return replace(flows, registration=replace(flows.registration, after=signed_in))

    def _with_secrets(self, secrets: SecretsConfig, dsn: str) -> SecretsConfig:
        default = secrets.default or secrets.cookie or (self._generated(dsn),)
        return replace(secrets, default=default, cookie=secrets.cookie or default)

    def _generated(self, dsn: str) -> str:
        database = embedded_file(dsn) if self._kept else None
        if database is not None:
            try:
                return self._secrets.beside(database)
            except OSError as error:
                reason = f"no secret is configured and a generated one cannot be kept beside the database: {error}"
                raise ConfigRefused([ConfigProblem(path="secrets.default", reason=reason)]) from error
        text = "no secret is configured; one is made up for this run, and sessions of browsers end with it"
        if "://" in dsn and embedded_file(dsn) is None:
            text += "; several servers on one database need the same one, or none accepts what another gave out"
        self.warnings.append(ConfigWarning(key="secrets.default", text=text))
        return self._secrets.for_this_run()

    def _bcrypt_cost(self, config: Config) -> int:
        cost, least = config.hashers.bcrypt.cost, LEAST_BCRYPT_COST_IN_PRODUCTION
        if config.dev or cost >= least:
            return cost
        text = f"less than {least} is for development (--dev) only; {least} is used"
        self.warnings.append(ConfigWarning(key="hashers.bcrypt.cost", text=text))
        return least


def with_addresses(serve: ServeConfig) -> ServeConfig:
    """Both listeners with their base address, without a slash at its end (SEED4-14)."""
    return ServeConfig(
        public=replace(serve.public, base_url=(serve.public.base_url or derived_base_url(serve.public)).rstrip("/")),
        admin=replace(serve.admin, base_url=(serve.admin.base_url or derived_base_url(serve.admin)).rstrip("/")),
    )


def with_pages(flows: FlowsConfig, public: str) -> FlowsConfig:
    """The flows, each with its page: its own or the built-in one."""
    pages: Mapping[str, str] = {
        name: f"{public}{PAGES}{name}"
        for name in ("login", "registration", "settings", "recovery", "verification", "error")
    }
    return replace(
        flows,
        login=replace(flows.login, ui_url=flows.login.ui_url or pages["login"]),
        registration=replace(flows.registration, ui_url=flows.registration.ui_url or pages["registration"]),
        settings=replace(flows.settings, ui_url=flows.settings.ui_url or pages["settings"]),
        recovery=replace(flows.recovery, ui_url=flows.recovery.ui_url or pages["recovery"]),
        verification=replace(flows.verification, ui_url=flows.verification.ui_url or pages["verification"]),
        error=replace(flows.error, ui_url=flows.error.ui_url or pages["error"]),
    )
