"""Which setting does an older release's environment variable name? (dialects.md §2.6)"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from limen.config.dialects import rules_courier, rules_flows, rules_methods, rules_settings, rules_urls

_MOVES: Final = (
    *rules_urls.MOVES,
    rules_urls.LISTS[0],
    rules_urls.LISTS[1],
    *rules_flows.MOVES,
    *rules_methods.MOVES,
    rules_settings.SESSION_SECRETS,
    *rules_settings.MOVES,
    rules_courier.SENDER,
)
_METHOD_NAMES: Final = {"password": "password", "oidc": "oidc", "profile": "profile", "recovery_token": "link"}
_METHOD_KEYS: Final = ("enabled", "config", "config.providers")

_KEPT: Final = (
    "urls.whitelisted_return_to_domains",
    "urls.mfa_ui",
    "identity.traits.default_schema_url",
    "identity.traits.schemas",
    "identity.default_schema_url",
    "courier.message_ttl",
    "courier.sms.enabled",
    "courier.sms.from",
    "courier.sms.request_config",
    "serve.public.domain_aliases",
)
"""Old paths whose value changes its form on the way (U2, U32, U33, U43, U45, U46): they keep their place for `upgrade`."""


def translate_environment(name: str) -> str | None:
    """The dotted path that an old variable sets, such as `SECRETS_SESSION` -> `secrets.cookie`.

    None for a name that belongs to no older release. Put the value there *before* `upgrade` runs: a modern path then
    beats what the file says in its old spelling, and the few paths whose value changes its form are translated.
    """
    return _VARIABLES.get(name)


def _variable(path: str) -> str:
    return path.upper().replace(".", "_").replace("-", "_")


def _variables() -> Mapping[str, str]:
    paths = {row.old: row.new for row in _MOVES}
    for old, new in _METHOD_NAMES.items():
        paths.update(
            {f"selfservice.strategies.{old}.{key}": f"selfservice.methods.{new}.{key}" for key in _METHOD_KEYS}
        )
    paths.update({path: path for path in _KEPT})
    paths["disable-telemetry"] = "sqa-opt-out"
    return MappingProxyType({_variable(old): new for old, new in paths.items()})


_VARIABLES: Final = _variables()
