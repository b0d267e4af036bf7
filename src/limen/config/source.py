"""Which configuration is in force now, and may another one take its place?"""

from collections.abc import Sequence

from msgspec.structs import replace

from limen.config.generated_secrets import FallbackSecrets
from limen.config.load import FileText, LoadedConfig, LoadRequest, interpret, load, read_files
from limen.config.model import Config
from limen.config.problems import ConfigProblem, ConfigRefused
from limen.config.serve import ServeConfig


class ConfigSource:
    """Holds one complete configuration at a time. Swapping it is atomic: a request keeps the one it began with."""

    def __init__(self, request: LoadRequest, secrets: FallbackSecrets) -> None:
        """Read the configuration. Raises ConfigRefused."""
        self._request = request
        self._secrets = secrets
        self._loaded = load(request, secrets)

    def current(self) -> Config:
        """The configuration in force."""
        return self._loaded.config

    @property
    def loaded(self) -> LoadedConfig:
        """The configuration in force, with its warnings and origins."""
        return self._loaded

    def prepare(self, texts: Sequence[FileText] | None = None) -> LoadedConfig:
        """What the files say now, not yet in force. Raises ConfigRefused, also when it would need a restart (CFG-04)."""
        now = read_files(self._loaded.files) if texts is None else texts
        loaded = interpret(self._request, now, self._secrets)
        problems = [
            ConfigProblem(path=path, reason="cannot change while Limen runs: restart it")
            for path in needs_restart(self._loaded.config, loaded.config)
        ]
        if problems:
            raise ConfigRefused(problems)
        return loaded

    def use(self, loaded: LoadedConfig) -> None:
        """Put a prepared configuration in force."""
        self._loaded = loaded

    def reload(self) -> LoadedConfig:
        """Read the files again and put them in force. Raises ConfigRefused; the old one stays in force then."""
        loaded = self.prepare()
        self.use(loaded)
        return loaded


def needs_restart(old: Config, new: Config) -> tuple[str, ...]:
    """The keys that differ and only take effect at a start (CFG-04); allowed origins are none of them."""
    pairs = {
        "serve": (_without_origins(old.serve), _without_origins(new.serve)),
        "log": (old.log, new.log),
        "profiling": (old.profiling, new.profiling),
        "dsn": (old.dsn, new.dsn),
    }
    return tuple(key for key, (before, after) in pairs.items() if before != after)


def _without_origins(serve: ServeConfig) -> ServeConfig:
    return replace(serve, public=replace(serve.public, cors=replace(serve.public.cors, allowed_origins=())))
