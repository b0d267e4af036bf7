"""Where did secrets, sessions, identity schemas, hashers and listeners go? Rules U28-U33, U37, U46, U47, U50."""

from typing import Final

from limen.config.dialects.draft import Draft, Move, words
from limen.kernel.json_doc import JsonObject, JsonValue

SESSION_SECRETS: Final = Move("U28", "secrets.session", "secrets.cookie", "these secrets sign cookies")
_MEMORY: Final = Move(
    "U37", "hashers.argon2.memory", "hashers.argon2.memory", "memory has a unit since v0.6; it was KiB"
)
MOVES: Final = (
    Move("U29", "ttl.session", "session.lifespan", "how long a session lives"),
    Move(
        "U30", "security.session.cookie.same_site", "session.cookie.same_site", "the session has a section of its own"
    ),
    Move("U31", "session.cookie_same_site", "session.cookie.same_site", "the cookie has a section of its own"),
)
SCHEMAS: Final = (
    Move("U32", "identity.traits.default_schema_url", "identity.default_schema_url", "schemas describe identities"),
    Move("U32", "identity.traits.schemas", "identity.schemas", "schemas describe identities"),
)

_MEANINGFUL_NULLS: Final = frozenset({"requested_claims"})
"""Below this key of an OIDC provider a null asks for a claim without further wishes (OpenID Connect Core 5.5)."""

_GONE_SECTIONS: Final = (
    "urls.self",
    "urls",
    "ttl",
    "password",
    "courier.stmp",
    "identity.traits",
    "security.session.cookie",
    "security.session",
    *(f"selfservice.{name}.after" for name in ("login", "registration", "settings", "profile")),
    *(f"selfservice.{name}.before" for name in ("login", "registration")),
    *(
        f"selfservice.{name}"
        for name in ("strategies", "login", "registration", "settings", "profile", "verify", "logout")
    ),
)
_TRACERS: Final = frozenset({"jaeger", "otel", "zipkin"})
_TRACING_KEYS: Final = tuple(
    f"tracing.providers.jaeger.{key}"
    for key in ("propagation", "max_tag_value_length", "sampling.type", "sampling.value")
)
_DEFAULT_SCHEMA: Final = "identity.default_schema_url"


def remove_nulls(draft: Draft) -> None:
    """U50: a key with nothing below it means as much as no key."""
    _u50_below(draft, draft.document, "")


def drop_empty_sections(draft: Draft) -> None:
    """U50: sections that are gone today and have nothing in them say nothing."""
    for path in _GONE_SECTIONS:
        if draft.get(path) in ({}, []):
            draft.drop("U50", path, "nothing stands below this key")


def translate_settings(draft: Draft) -> None:
    """Apply U28 to U33, U37, U46 and U47."""
    _u28_session_secrets(draft)
    for row in MOVES:
        draft.move(row)
    _u32_traits_schemas(draft)
    _u33_default_schema(draft)
    if _kibibytes(draft.get(_MEMORY.old)) is not None:
        draft.move(_MEMORY, _kibibytes)
    draft.drop(
        "U46", "serve.public.domain_aliases", "one server serves one base URL since v0.8.3; put a proxy in front"
    )
    _u47_tracing(draft)


def _u50_below(draft: Draft, value: JsonObject, path: str) -> None:
    for key in list(value):
        inner, place = value[key], f"{path}.{key}" if path else key
        if inner is None:
            del value[key]
            draft.change("U50", place, "", "dropped", "nothing stands below this key, which means as much as no key")
            continue
        for index, item in enumerate(inner if isinstance(inner, list) else []):
            if isinstance(item, dict):
                _u50_below(draft, item, f"{place}.{index}")
        if isinstance(inner, dict) and key not in _MEANINGFUL_NULLS and not key.startswith("x-"):
            _u50_below(draft, inner, place)


def _u28_session_secrets(draft: Draft) -> None:
    old = draft.get(SESSION_SECRETS.old)
    if old is None:
        return
    draft.move(SESSION_SECRETS, words)
    if draft.get("secrets.default") is None and draft.put("secrets.default", words(old)):
        reason = "they signed everything else, too; that is the task of secrets.default today"
        draft.change("U28", SESSION_SECRETS.old, "secrets.default", "moved", reason)


def _u32_traits_schemas(draft: Draft) -> None:
    if not any(draft.get(row.old) is not None and draft.get(row.new) is None for row in SCHEMAS):
        wraps = False
    else:
        wraps = draft.get("identity.default_schema_id") is None
    for row in SCHEMAS:
        draft.move(row)
    if wraps:
        draft.wrap_identity_schemas = True
        reason = (
            "schemas described the traits themselves until v0.3; each is wrapped in a `traits` property when it is read"
        )
        draft.change("U32b", "identity.traits", "x-dialect.wrap_identity_schemas", "behaviour switch", reason)


def _u33_default_schema(draft: Draft) -> None:
    url = draft.take(_DEFAULT_SCHEMA)
    if url is None:
        return
    if draft.get("identity.default_schema_id") is not None:
        reason = "identity.default_schema_id is set as well and wins"
        draft.change("U33", _DEFAULT_SCHEMA, "identity.default_schema_id", "dropped", reason)
        return
    present = draft.get("identity.schemas")
    schemas = present if isinstance(present, list) else []
    if any(isinstance(schema, dict) and schema.get("id") == "default" for schema in schemas):
        draft.change(
            "U33", _DEFAULT_SCHEMA, "identity.schemas", "dropped", "a schema `default` is set as well and wins"
        )
    else:
        draft.put("identity.schemas", [*schemas, {"id": "default", "url": url}])
        reason = "schemas are a list since v0.9; the id `default` keeps stored identities with their schema"
        draft.change("U33", _DEFAULT_SCHEMA, f"identity.schemas.{len(schemas)}.url", "moved", reason)
        draft.origins[f"identity.schemas.{len(schemas)}.url"] = draft.origin(_DEFAULT_SCHEMA)
    draft.default("U33", "identity.default_schema_id", "default", "the schema of new identities is named by its id")


def _kibibytes(value: JsonValue) -> JsonValue:
    if isinstance(value, bool):
        return None
    if isinstance(value, int) or (isinstance(value, str) and value.isdecimal()):
        return f"{value}KB"
    return None


def _u47_tracing(draft: Draft) -> None:
    provider = draft.get("tracing.provider")
    if isinstance(provider, str) and provider and provider not in _TRACERS:
        reason = f"there is no tracer {provider!r} any more; use one of {', '.join(sorted(_TRACERS))}"
        draft.drop("U47", "tracing.provider", reason)
    kind, share = (draft.get(f"tracing.providers.jaeger.sampling.{key}") for key in ("type", "value"))
    if kind in ("const", "probabilistic") and isinstance(share, int | float):
        ratio = "tracing.providers.jaeger.sampling.trace_id_ratio"
        draft.move(Move("U47", "tracing.providers.jaeger.sampling.value", ratio, "sampling is a share of traces today"))
    for path in _TRACING_KEYS:
        draft.drop("U47", path, "tracing has another layout since v0.10 that has no such key")
