"""Which pages of other origins may call, and what are their browsers told? (HTTP-102, SEC-12, SEED4-15; WHATWG Fetch §3.2)"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeAlias

from starlette.types import Scope as AsgiScope

from limen.config.serve import Cors as CorsConfig
from limen.config.source import ConfigSource
from limen.kernel.http_values import Response
from limen.kernel.suffixes import bounded

Header: TypeAlias = tuple[str, str]

_NO_CONTENT: Final = 204
_VARY: Final = ("vary", "Origin")
_PREFLIGHT_VARY: Final = ("vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
_CREDENTIALS: Final = ("access-control-allow-credentials", "true")
_ASKED_METHOD: Final = "access-control-request-method"
_ASKED_HEADERS: Final = "access-control-request-headers"
_LONGEST: Final = 2048
_ANY: Final = "*"
_NOBODY: Final = "null"
"""What sandboxed frames and local files call themselves: anybody can be that, so it is never allowed."""


class Cors:
    """The public listener's answer to other origins. Reads the configuration per request: origins change without a restart."""

    def __init__(self, source: ConfigSource) -> None:
        self._source = source

    def is_preflight(self, scope: AsgiScope) -> bool:
        """Whether `preflight` answers this request, instead of whoever has the address."""
        config = self._config()
        return config.enabled and not config.options_passthrough and _is_preflight(scope)

    def preflight(self, scope: AsgiScope) -> Response | None:
        """The answer to a browser that asks whether it may ask, or None when this is no such question."""
        if not self.is_preflight(scope):
            return None
        return Response(status=_NO_CONTENT, headers=self._asked_permission(scope))

    def permission(self, scope: AsgiScope) -> tuple[Header, ...]:
        """What a browser needs to know before it shows an answer to a page of another origin."""
        config = self._config()
        if not config.enabled:
            return ()
        if _is_preflight(scope):
            return self._asked_permission(scope) if config.options_passthrough else ()
        origin = _one(scope, "origin")
        if not self._allows(origin) or scope["method"] not in {*config.allowed_methods, "OPTIONS"}:
            return (_VARY,)
        more: list[Header] = [_VARY, ("access-control-allow-origin", origin)]
        if config.exposed_headers:
            more.append(("access-control-expose-headers", ", ".join(config.exposed_headers)))
        if config.allow_credentials:
            more.append(_CREDENTIALS)
        return tuple(more)

    def _config(self) -> CorsConfig:
        return self._source.current().serve.public.cors

    def _allows(self, origin: str) -> bool:
        current = self._source.current()
        legacy = current.feature_flags.legacy_allow_insecure_origins
        return origin_allowed(current.serve.public.cors.allowed_origins, origin, legacy=legacy)

    def _asked_permission(self, scope: AsgiScope) -> tuple[Header, ...]:
        """The headers of a preflight answer: all of them, or `Vary` alone when something asked for is not allowed."""
        config = self._config()
        origin, method = _one(scope, "origin"), _one(scope, _ASKED_METHOD)
        asked = _all(scope, _ASKED_HEADERS)
        allowed = method == "OPTIONS" or method in config.allowed_methods
        if not (allowed and self._allows(origin) and headers_allowed(config.allowed_headers, asked)):
            return (_PREFLIGHT_VARY,)
        found: list[Header] = [
            _PREFLIGHT_VARY,
            ("access-control-allow-origin", origin),
            ("access-control-allow-methods", method),
        ]
        if any(asked):
            found.append(("access-control-allow-headers", ", ".join(asked)))
        if config.allow_credentials:
            found.append(_CREDENTIALS)
        if config.max_age:
            found.append(("access-control-max-age", str(config.max_age)))
        return tuple(found)


def origin_allowed(allowed: tuple[str, ...], origin: str, *, legacy: bool) -> bool:
    """Whether the list covers an `Origin`. `legacy` lets wildcards in that are not bounded by a registered domain (SEC-12)."""
    if not origin or origin == _NOBODY or len(origin) > _LONGEST:
        return False
    plain, pattern = _compiled(allowed, legacy)
    lower = origin.lower()
    return _ANY in plain or lower in plain or (pattern is not None and bool(pattern.fullmatch(lower)))


def headers_allowed(allowed: Sequence[str], asked: Sequence[str]) -> bool:
    """Whether all the headers that a preflight asks for are allowed.

    Browsers send them in lower case, sorted and each once (Fetch, «CORS-unsafe request-header names»); whatever comes
    otherwise comes from no browser and is not allowed.
    """
    if _ANY in allowed:
        return True
    known = {name.lower() for name in allowed}
    names = [name.strip() for line in asked for name in line.split(",") if name.strip()]
    return all(name in known for name in names) and all(one < next for one, next in pairwise(names))


@lru_cache(maxsize=16)
def _compiled(allowed: tuple[str, ...], legacy: bool) -> tuple[frozenset[str], re.Pattern[str] | None]:
    lower = [entry.lower() for entry in allowed]
    plain = frozenset(entry for entry in lower if _ANY not in entry or entry == _ANY)
    wild = [entry for entry in lower if _ANY in entry and entry != _ANY and (legacy or bounded(entry))]
    if not wild:
        return plain, None
    # a star stands for what a host or a port can hold: never for a slash, an at sign or a second scheme
    return plain, re.compile("|".join("[a-z0-9.:-]*".join(map(re.escape, entry.split(_ANY, 1))) for entry in wild))


def _is_preflight(scope: AsgiScope) -> bool:
    return scope["method"] == "OPTIONS" and bool(_one(scope, _ASKED_METHOD))


def _one(scope: AsgiScope, name: str) -> str:
    found = _all(scope, name)
    return found[0] if found else ""


def _all(scope: AsgiScope, name: str) -> tuple[str, ...]:
    wanted = name.encode()
    headers: Sequence[tuple[bytes, bytes]] = scope["headers"]
    return tuple(value.decode("latin-1") for key, value in headers if key == wanted)
