"""Which values do not go together? Checks that look at more than one key of a document in today's form."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from limen.config.hooks import AFTER, ANYWHERE, allowed_after
from limen.config.problems import ConfigProblem
from limen.config.syntax import parse_duration
from limen.kernel.json_doc import JsonObject, JsonValue, at

Problems: TypeAlias = Iterator[tuple[str, str]]
"""Dotted path and reason."""


def check(document: JsonObject, *, dev: bool, strict: bool = False) -> list[ConfigProblem]:
    """What is wrong with a document although each of its values is fine. Values of wrong types are passed over."""
    found = [problem for rule in _RULES for problem in rule(document)]
    if not dev:
        found += _open_to_every_origin(document)
        found += _inbox_for_everybody(document)
    if strict and _at(document, "identity.schemas") is None:
        found.append(("identity.schemas", "is missing; without --strict-config a built-in schema is used"))
    return [ConfigProblem(path=path, reason=reason) for path, reason in found]


def _at(document: JsonObject, path: str) -> JsonValue:
    return at(document, path.split("."))


def _object(document: JsonObject, path: str) -> JsonObject:
    found = _at(document, path)
    return found if isinstance(found, dict) else {}


def _objects(document: JsonObject, path: str) -> Iterator[tuple[int, JsonObject]]:
    found = _at(document, path)
    for position, entry in enumerate(found if isinstance(found, list) else []):
        if isinstance(entry, dict):
            yield position, entry


def hook_lists(document: JsonObject) -> Iterator[tuple[str, str, str]]:
    """Every place where hooks can be listed: dotted path, flow, and `before` or `after`."""
    for flow in AFTER:
        base = f"selfservice.flows.{flow}"
        yield f"{base}.before.hooks", flow, "before"
        yield f"{base}.after.hooks", flow, "after"
        for method, section in _object(document, f"{base}.after").items():
            if isinstance(section, dict) and method != "hooks":
                yield f"{base}.after.{method}.hooks", flow, "after"


def _hooks_where_they_work(document: JsonObject) -> Problems:
    every = frozenset[str]().union(*AFTER.values())
    for path, flow, when in hook_lists(document):
        listed_with = path.split(".")[-2]
        method = listed_with if listed_with != when else ""
        allowed = allowed_after(flow, method) if when == "after" else ANYWHERE
        for position, entry in _objects(document, path):
            name = entry.get("hook")
            if name in every and name not in allowed:
                yield (
                    f"{path}.{position}.hook",
                    f"{name} cannot run {when} {flow}{f' with {method}' if method else ''}; possible here: {', '.join(sorted(allowed))}",
                )
            if name == "web_hook":
                yield from _web_hook(entry, f"{path}.{position}.config")
            if name == "python":
                yield from _python_hook(entry, f"{path}.{position}.config")


def _web_hook(entry: JsonObject, path: str) -> Problems:
    ignores = at(entry, ("config", "response", "ignore")) is True
    if ignores and at(entry, ("config", "response", "parse")) is True:
        yield f"{path}.response", "ignore and parse exclude each other"
    if ignores and at(entry, ("config", "can_interrupt")) is True:
        yield f"{path}.can_interrupt", "a hook whose answer is ignored cannot interrupt"


def _python_hook(entry: JsonObject, path: str) -> Problems:
    if not isinstance(at(entry, ("config", "options")), (dict, type(None))):
        yield f"{path}.options", "expected an object with keys"
    timeout = at(entry, ("config", "timeout"))
    with suppress(ValueError):
        if isinstance(timeout, str) and not parse_duration(timeout):
            yield f"{path}.timeout", "a function needs some time, such as 3s"


def _hooks_have_time(document: JsonObject) -> Problems:
    timeout = _at(document, "clients.web_hook.timeout")
    with suppress(ValueError):
        if isinstance(timeout, str) and not parse_duration(timeout):
            yield "clients.web_hook.timeout", "a web hook needs some time, such as 30s"


def _code_has_one_job(document: JsonObject) -> Problems:
    code = _object(document, "selfservice.methods.code")
    if code.get("passwordless_enabled") is True and code.get("mfa_enabled") is True:
        yield "selfservice.methods.code.mfa_enabled", "excludes passwordless_enabled: switch one of them off"


def _keys_know_their_site(document: JsonObject) -> Problems:
    for method in ("webauthn", "passkey"):
        base = f"selfservice.methods.{method}"
        if _at(document, f"{base}.enabled") is True and _at(document, f"{base}.config.rp") is None:
            yield f"{base}.config.rp", f"is missing; {method} needs to know for which site keys are made"
    rp = _object(document, "selfservice.methods.webauthn.config.rp")
    if rp.get("origin") is not None and rp.get("origins") is not None:
        yield "selfservice.methods.webauthn.config.rp.origin", "excludes origins: keep that one"


def _providers_are_complete(document: JsonObject) -> Problems:
    seen: set[str] = set()
    for position, provider in _objects(document, "selfservice.methods.oidc.config.providers"):
        path = f"selfservice.methods.oidc.config.providers.{position}"
        id = provider.get("id")
        if isinstance(id, str):
            if id in seen:
                yield f"{path}.id", "another provider has this id"
            seen.add(id)
        yield from _provider(provider, path)


def _provider(provider: JsonObject, path: str) -> Problems:
    kind = provider.get("provider")
    if kind == "microsoft" and not provider.get("microsoft_tenant"):
        yield f"{path}.microsoft_tenant", "is missing"
    if kind != "microsoft" and provider.get("microsoft_tenant"):
        yield f"{path}.microsoft_tenant", "is for the provider microsoft only"
    apple = ("apple_team_id", "apple_private_key_id", "apple_private_key")
    if kind == "apple":
        yield from ((f"{path}.{key}", "is missing") for key in apple if not provider.get(key))
        if provider.get("client_secret"):
            yield f"{path}.client_secret", "is made from the private key for the provider apple: remove it"
    else:
        yield from ((f"{path}.{key}", "is for the provider apple only") for key in apple if provider.get(key))
        if provider.get("client_secret") is None:
            yield f"{path}.client_secret", "is missing"


def _own_pages_need_a_way_back(document: JsonObject) -> Problems:
    flows = _object(document, "selfservice.flows").values()
    own = any(isinstance(flow, dict) and flow.get("ui_url") for flow in flows)
    if own and not _at(document, "selfservice.default_browser_return_url"):
        yield (
            "selfservice.default_browser_return_url",
            "is missing; flows with a page of their own need an address to lead to",
        )


def _ciphers_have_keys(document: JsonObject) -> Problems:
    if _at(document, "ciphers.algorithm") in {"aes", "xchacha20-poly1305"} and not _at(document, "secrets.cipher"):
        yield "secrets.cipher", "is missing; ciphers.algorithm needs a secret of 32 characters"


def _schemas_have_names(document: JsonObject) -> Problems:
    ids: list[str] = []
    for position, schema in _objects(document, "identity.schemas"):
        id = schema.get("id")
        if isinstance(id, str):
            if id in ids:
                yield f"identity.schemas.{position}.id", "another schema has this id"
            ids.append(id)
    default = _at(document, "identity.default_schema_id")
    wanted = default if isinstance(default, str) else "default"
    if ids and wanted not in ids:
        path = "identity.default_schema_id"
        yield path, f"no schema has the id {wanted}; there are: {', '.join(ids)}"


def _base_urls_are_absolute(document: JsonObject) -> Problems:
    for listener in ("public", "admin"):
        path = f"serve.{listener}.base_url"
        url = _at(document, path)
        if isinstance(url, str) and url and not url.startswith(("http://", "https://")):
            yield path, "expected an address that begins with http:// or https://"


def _origins_are_origins(document: JsonObject) -> Problems:
    origins = _at(document, "serve.public.cors.allowed_origins")
    for position, origin in enumerate(origins if isinstance(origins, list) else []):
        if not isinstance(origin, str) or origin == "*":
            continue
        path = f"serve.public.cors.allowed_origins.{position}"
        if origin.count("*") > 1:
            yield path, "an origin may hold one * only"
        elif not _is_origin(origin):
            yield path, "expected an origin such as https://example.org"


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and parts.netloc)


def _certificates_are_whole(document: JsonObject) -> Problems:
    for listener in ("public", "admin"):
        base = f"serve.{listener}.tls"
        halves = {half: bool(_object(document, f"{base}.{half}")) for half in ("key", "cert")}
        if any(halves.values()):
            yield from ((f"{base}.{half}", "is missing") for half, there in halves.items() if not there)


def _open_to_every_origin(document: JsonObject) -> Problems:
    cors = _object(document, "serve.public.cors")
    origins = cors.get("allowed_origins", ["*"])
    everybody = not isinstance(origins, list) or "*" in origins
    if cors.get("enabled") is True and everybody and cors.get("allow_credentials") is not False:
        reason = (
            "every web page could act for people who are signed in: name the origins that may call, "
            "or set serve.public.cors.allow_credentials to false (or use --dev)"
        )
        yield "serve.public.cors.allowed_origins", reason


def _inbox_for_everybody(document: JsonObject) -> Problems:
    if _at(document, "courier.dev_inbox") is True:
        yield "courier.dev_inbox", "everybody could read everybody's mail: the inbox is for development (--dev) only"


_RULES: Final[tuple[Callable[[JsonObject], Problems], ...]] = (
    _hooks_where_they_work,
    _hooks_have_time,
    _code_has_one_job,
    _keys_know_their_site,
    _providers_are_complete,
    _own_pages_need_a_way_back,
    _ciphers_have_keys,
    _schemas_have_names,
    _base_urls_are_absolute,
    _origins_are_origins,
    _certificates_are_whole,
)
