"""Where did sign-in methods and social sign-in providers go? Rules U26, U27, U34-U36, U39, U48."""

from typing import Final

from limen.config.dialects.draft import Draft, Move, apply
from limen.kernel.json_doc import JsonObject

_METHODS: Final = "selfservice.methods"
_PROVIDERS: Final = f"{_METHODS}.oidc.config.providers"
_PASSWORD: Final = f"{_METHODS}.password.config"
_CODE: Final = f"{_METHODS}.code"

STRATEGIES: Final = Move("U26", "selfservice.strategies", _METHODS, "strategies are called methods since v0.5")
MOVES: Final = (
    Move("U27", f"{_METHODS}.recovery_token", f"{_METHODS}.link", "mailed links are the method `link`"),
    Move("U39", "password.max_breaches", f"{_PASSWORD}.max_breaches", "part of the method's configuration since v0.6"),
    Move("U39", "password.ignore_network_errors", f"{_PASSWORD}.ignore_network_errors", "part of the method's configuration since v0.6"),
    Move(
        "U48",
        f"{_CODE}.passwordless_login_fallback_enabled",
        f"{_CODE}.config.missing_credential_fallback_enabled",
        "another name since v1.3",
    ),
)  # fmt: skip

PROVIDER_KEYS: Final = {
    "tenant": "microsoft_tenant",
    "private_key": "apple_private_key",
    "private_key_id": "apple_private_key_id",
    "team_id": "apple_team_id",
}

_JSONNET: Final = (
    "until v0.2 `schema_url` named a JSON Schema that mapped the provider's claims; since v0.3 `mapper_url` names a Jsonnet "
    "program, and one cannot be made from the other. Write it, for example "
    "`local claims = std.extVar('claims'); {identity: {traits: {email: claims.email}}}`, "
    "name it under `mapper_url` and remove `schema_url`"
)


def translate_methods(draft: Draft) -> None:
    """Apply U26, U27, U34 to U36, U39 and U48."""
    _u26_strategies(draft)
    apply(draft, MOVES)
    providers = draft.get(_PROVIDERS)
    for index, provider in enumerate(providers if isinstance(providers, list) else []):
        if isinstance(provider, dict):
            path = f"{_PROVIDERS}.{index}"
            _u34_mapping_documents(draft, path, provider)
            _u35_provider_keys(draft, path, provider)
            _u36_github_app(draft, path, provider)


def _u26_strategies(draft: Draft) -> None:
    strategies = draft.mapping(STRATEGIES.old)
    if not strategies:
        return
    draft.move(STRATEGIES)
    if draft.age.before(0, 4):
        reason = "until v0.3 a method was off unless it was enabled"
        for method in ("password", *(name for name in strategies if name != "password")):
            draft.default("U26", f"{_METHODS}.{method}.enabled", value=False, reason=reason)


def _u34_mapping_documents(draft: Draft, path: str, provider: JsonObject) -> None:
    if "schema_url" not in provider:
        return
    if "mapper_url" in provider:
        del provider["schema_url"]
        draft.change("U34", f"{path}.schema_url", f"{path}.mapper_url", "dropped", "mapper_url is set as well and wins")
    else:
        draft.problem("U34", f"{path}.schema_url", _JSONNET)


def _u35_provider_keys(draft: Draft, path: str, provider: JsonObject) -> None:
    for old, new in PROVIDER_KEYS.items():
        if old not in provider:
            continue
        value = provider.pop(old)
        if new in provider:
            draft.change("U35", f"{path}.{old}", f"{path}.{new}", "dropped", f"{new} is set as well and wins")
        else:
            provider[new] = value
            draft.change("U35", f"{path}.{old}", f"{path}.{new}", "renamed", "the name says whose key it is since v0.9")


def _u36_github_app(draft: Draft, path: str, provider: JsonObject) -> None:
    if provider.get("provider") == "gitlab-app":
        provider["provider"] = "github-app"
        reason = "v0.7 spelt the provider gitlab-app by mistake; it is github-app"
        draft.change("U36", f"{path}.provider", f"{path}.provider", "value changed", reason)
