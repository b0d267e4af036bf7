"""Which requests belong to the other listener, and where is it? (HTTP-83, HTTP-90, HTTP-91)"""

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import quote

from limen.config.source import ConfigSource
from limen.domain.flow.kinds import FlowKind
from limen.http.respond import redirect
from limen.http.routes import Route
from limen.kernel.http_values import Handler, Request, Response

PREFIX: Final = "/admin"
_TEMPORARY: Final = 307
_SAFE: Final = "/:@!$&'()*+,;=~"

_IDENTITIES: Final[Mapping[str, tuple[str, ...]]] = {
    "/identities": ("GET", "POST"),
    "/identities/by/external/{id}": ("GET",),
    "/identities/{id}": ("GET", "PUT", "PATCH", "DELETE"),
    "/identities/{id}/credentials/{type}": ("DELETE",),
}
ADMIN_PATHS: Final[Mapping[str, tuple[str, ...]]] = {
    **_IDENTITIES,
    **{PREFIX + path: methods for path, methods in _IDENTITIES.items()},
    "/identities/{id}/sessions": ("DELETE",),
    "/admin/courier/messages": ("GET",),
    "/admin/courier/messages/{id}": ("GET",),
    "/recovery/link": ("POST",),
    "/recovery/code": ("POST",),
}
"""Admin requests that the public listener sends on. The others it does not know."""

_FLOWS: Final = {
    f"/self-service/{kind.value}{end}": methods
    for kind in FlowKind
    for end, methods in {"": ("GET", "POST"), "/browser": ("GET",), "/api": ("GET",), "/flows": ("GET",)}.items()
}
PUBLIC_PATHS: Final[Mapping[str, tuple[str, ...]]] = {
    **_FLOWS,
    "/self-service/logout/browser": ("GET",),
    "/self-service/logout": ("GET",),
    "/self-service/logout/api": ("DELETE",),
    "/self-service/errors": ("GET",),
    "/schemas": ("GET",),
    "/schemas/{id:path}": ("GET",),
    "/sessions": ("DELETE",),
    "/sessions/whoami": ("GET",),
}
"""Public requests that the admin listener sends on, as the public listener knows them."""


def admin_path(path: str) -> str:
    """The path as the admin listener's routes name it: with its prefix, which callers may leave out (HTTP-83)."""
    return path if path == PREFIX or path.startswith(f"{PREFIX}/") else PREFIX + path


def to_admin(source: ConfigSource) -> Mapping[str, Mapping[str, Route]]:
    """The public listener's routes for requests that belong to the admin listener (HTTP-90)."""

    async def answer(request: Request) -> Response:
        return _elsewhere(source.current().serve.admin.base_url, admin_path(request.path), request.query_string)

    return _table(ADMIN_PATHS.items(), answer)


def to_public(source: ConfigSource) -> Mapping[str, Mapping[str, Route]]:
    """The admin listener's routes for requests that belong to the public listener (HTTP-91)."""

    async def answer(request: Request) -> Response:
        path = admin_path(request.path).removeprefix(PREFIX)
        return _elsewhere(source.current().serve.public.base_url, path, request.query_string)

    return _table(((PREFIX + path, methods) for path, methods in PUBLIC_PATHS.items()), answer)


def _table(paths: Iterable[tuple[str, tuple[str, ...]]], answer: Handler) -> Mapping[str, Mapping[str, Route]]:
    route = Route(answer)
    return {path: dict.fromkeys(methods, route) for path, methods in paths}


def _elsewhere(base_url: str, path: str, query: str) -> Response:
    """307, so that method and body go along; the host is the configured one, whatever the request says it is."""
    return redirect(base_url + quote(path, safe=_SAFE) + (f"?{query}" if query else ""), status=_TEMPORARY)
