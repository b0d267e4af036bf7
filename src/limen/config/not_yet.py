"""Which keys are accepted although Limen does not do yet what they ask for? The list may only shrink."""

from collections.abc import Iterator, Sequence
from typing import Final, Literal

import msgspec

from limen.config.problems import ConfigWarning
from limen.config.rules import hook_lists
from limen.kernel.json_doc import JsonObject, JsonValue, at


class NotYet(msgspec.Struct, frozen=True, kw_only=True):
    """One missing feature. A key that ends in `.*` stands for everything below it."""

    feature: str
    keys: tuple[str, ...]
    when: Literal["said", "on"] = "said"
    """Whether it matters that a key is set at all, or only that it is switched on."""


NOT_YET: Final = (
    NotYet(feature="hiding who has an account in sign-up", keys=("security.account_enumeration.mitigate",), when="on"),
    NotYet(feature="authenticator apps", keys=("selfservice.methods.totp.enabled",), when="on"),
    NotYet(feature="backup codes", keys=("selfservice.methods.lookup_secret.enabled",), when="on"),
    NotYet(feature="security keys", keys=("selfservice.methods.webauthn.enabled",), when="on"),
    NotYet(feature="passkeys", keys=("selfservice.methods.passkey.enabled",), when="on"),
    NotYet(feature="sign-in with other services", keys=("selfservice.methods.oidc.enabled",), when="on"),
    NotYet(
        feature="password migration from an older system",
        keys=("selfservice.methods.password.config.migrate_hook.enabled",),
        when="on",
    ),
    NotYet(
        feature="organizations and the enterprise edition",
        keys=("selfservice.methods.b2b", "organizations", "enterprise"),
    ),
    NotYet(feature="sign-in for an OAuth2 server", keys=("oauth2_provider",)),
    NotYet(feature="encryption at rest", keys=("ciphers.algorithm",)),
    NotYet(
        feature="traces for an agent of Jaeger (it takes OpenTelemetry by now: provider `otel`)",
        keys=("tracing.providers.jaeger",),
    ),
    NotYet(feature="profiling", keys=("profiling",)),
    NotYet(feature="read consistency levels", keys=("preview",)),
)

HOOKS_NOT_YET: Final = (
    "b2b_sso",
    "organization",
)
"""Hooks that may be listed and do not run yet."""

_OFF: Final[tuple[JsonValue, ...]] = (None, False, 0, "", "noop", "unified")


def missing_features(document: JsonObject) -> list[ConfigWarning]:
    """One warning for each feature that a document (in today's form) asks for in vain."""
    found = [
        ConfigWarning(key=key, text=f"Limen does not have this yet and goes on without: {entry.feature}")
        for entry in NOT_YET
        if (key := _asked_for(document, entry))
    ]
    return [*found, *_hooks(document)]


def _asked_for(document: JsonObject, entry: NotYet) -> str:
    for key in entry.keys:
        value = at(document, key.split("."))
        if value is True or (entry.when == "said" and value not in _OFF and value not in ({}, [])):
            return key
        if entry.when == "on" and isinstance(value, int) and value > 0:
            return key
    return ""


def _hooks(document: JsonObject) -> Iterator[ConfigWarning]:
    listed = [(name, path) for path, _, _ in hook_lists(document) for name in _names(at(document, path.split(".")))]
    for hook in HOOKS_NOT_YET:
        places = [path for name, path in listed if name == hook]
        if places:
            yield ConfigWarning(key=places[0], text=f"Limen does not run this hook yet and goes on without: {hook}")


def _names(hooks: JsonValue) -> Sequence[JsonValue]:
    return [entry.get("hook") for entry in hooks if isinstance(entry, dict)] if isinstance(hooks, list) else []
