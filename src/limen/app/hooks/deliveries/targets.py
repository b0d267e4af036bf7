"""Which hook of the configuration does a delivery belong to? It is found again by its key when the call is made."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import msgspec

from limen.app.hooks.web_hook.outgoing import key_of
from limen.config.hooks import HookConfig, WebHookConfig
from limen.config.model import Config
from limen.domain.flow.kinds import FlowKind
from limen.domain.hooks.delivery import Delivery


def fingerprint(config: WebHookConfig) -> str:
    """What follows from what a hook calls, whatever its id; a change of its secrets changes nothing here."""
    return key_of(msgspec.structs.replace(config, id=""))


def shown(url: str) -> str:
    """Scheme and host of an address; the rest can hold secrets."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}"


class Targets:
    """The ignored web hooks of one configuration."""

    def __init__(self, config: Config) -> None:
        self._hooks: dict[str, dict[str, WebHookConfig]] = {}
        for entry in every_hook(config):
            hook = entry.web_hook
            if hook is not None and hook.response.ignore:
                self._hooks.setdefault(key_of(hook), {}).setdefault(fingerprint(hook), hook)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that something may be waiting for."""
        return tuple(self._hooks)

    def of(self, delivery: Delivery) -> WebHookConfig | None:
        """Its hook: the very same one, else the only one with that key; None when it is gone or cannot be told."""
        known: Mapping[str, WebHookConfig] = self._hooks.get(delivery.hook, {})
        if delivery.fingerprint in known:
            return known[delivery.fingerprint]
        return next(iter(known.values())) if len(known) == 1 else None


def every_hook(config: Config) -> Iterator[HookConfig]:
    """Every entry of every list of hooks."""
    for kind in FlowKind:
        rules = config.flow(kind)
        yield from rules.before
        yield from rules.after.hooks
        for section in rules.after.methods.values():
            yield from section.hooks
