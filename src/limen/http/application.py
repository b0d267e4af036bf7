"""How does a request become an answer? Limits, routes, errors, headers: one ASGI application per listener."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from traceback import extract_tb
from typing import Final, Protocol, TypeAlias
from urllib.parse import quote

import msgspec
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from limen.app.flows import csrf
from limen.http import request as requests
from limen.http.cors import Cors
from limen.http.doorway import Doorway
from limen.http.request_log import RequestLines
from limen.http.respond import Responder, error_response, json_response
from limen.http.routes import Errors, Found, Route, Routes
from limen.kernel.errors import LimenError
from limen.kernel.http_values import Handler, Request, Response
from limen.kernel.request_mark import CURRENT, RequestMark
from limen.ports.tracer import Span
from limen.wire.errors import envelope, unexpected

_TEXT: Final = ("content-type", "text/plain; charset=utf-8")
_NEVER_CACHED: Final = ("cache-control", "private, no-cache, no-store, must-revalidate")
_ALWAYS: Final = (
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
)
_REPLACEABLE: Final = frozenset({name for name, _ in (*_ALWAYS, _NEVER_CACHED)})
_STRICT_TRANSPORT: Final = ("strict-transport-security", "max-age=31536000")
_NOT_FOUND, _NOT_ALLOWED, _REDIRECT, _INTERNAL = 404, 405, 307, 500
_BODILESS: Final = frozenset({204, 304})
_SERVER_ERROR: Final = 500
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_NATIVE: Final = "/api"
_UNMATCHED: Final = "unmatched"
_NOTHING: Final[Mapping[str, str]] = {}

Clean: TypeAlias = Callable[[str], str]
Octets: TypeAlias = tuple[bytes, bytes]


class BaseUrl(Protocol):
    """Reads this listener's own base URL from the configuration in force."""

    def __call__(self) -> str: ...


class Older(Protocol):
    """Finds what answers an address that today's routes do not have."""

    def __call__(self, path: str, /) -> Found | None: ...


class Guard(Protocol):
    """Stands at the edge of a listener that not everybody may use."""

    async def admitted(self, request: Request, /) -> Request:
        """The request as those behind may see it. Raises LimenError to refuse it."""
        ...

    async def answered(self, request: Request, pattern: str, handler: Handler, /) -> Response:
        """What the handler answers."""
        ...


class Manner(msgspec.Struct, frozen=True, kw_only=True):
    """What one listener does differently from the other."""

    base_url: BaseUrl
    cors: Cors | None = None
    rewritten: Clean = str
    """Turns a path into the one that is routed."""
    hot_path: str = ""
    hot: Handler | None = None
    """Answers `hot_path` before any route is looked for."""
    older: Older | None = None
    """Finds what answers a path of an old release, where the configuration is of that age (dialects.md §5.1 C)."""
    lines: RequestLines | None = None
    """Writes a line of the log for each request, where that is wanted."""
    inside: bool = False
    """Whether only operators and their programs come here: what they say of traces is believed."""
    tokens_first: bool = False
    """Whether a changing request to an address that takes none is refused for its missing anti-CSRF token before its
    method is (HTTP-93).
    """
    guard: Guard | None = None


class Application:
    """One listener."""

    def __init__(self, doorway: Doorway, responder: Responder, routes: Routes, manner: Manner) -> None:
        self._doorway = doorway
        self._responder = responder
        self._routes = routes
        self._base_url = manner.base_url
        self._cors = manner.cors
        self._rewritten = manner.rewritten
        self._older = manner.older
        self._tokens_first = manner.tokens_first
        self._inside = manner.inside
        self._lines = manner.lines
        self._guard = manner.guard
        self._hot_path = manner.hot_path
        self._hot = Route(manner.hot) if manner.hot is not None else None

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        services = self._doorway.services
        mark = CURRENT.set(RequestMark(scope["headers"], services.ids))
        try:
            if not services.tracer.active:
                await self._handled(scope, receive, send)
                return
            with services.tracer.request(scope["method"], scope["headers"], believed=self._believed(scope)) as span:
                await self._handled(scope, receive, send, span)
        finally:
            CURRENT.reset(mark)

    async def _handled(self, scope: AsgiScope, receive: Receive, send: Send, span: Span | None = None) -> None:
        meter = self._doorway.services.meter
        began = meter.seconds()
        endpoint, response = await self._answer(scope, receive)
        head = scope["method"] == "HEAD"
        body = b"" if head or response.status in _BODILESS else response.body
        headers = [*map(_octets, response.headers), *self._standing(scope, response)]
        if response.status not in _BODILESS:
            headers.append((b"content-length", str(len(response.body)).encode()))
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        meter.answered(endpoint, scope["method"], response.status, began, (_announced(scope), len(body)))
        if self._lines is not None:
            self._lines.answered(endpoint, scope["method"], response.status, meter.seconds() - began, len(body))
        if span is not None:
            span.named(f"{scope['method']} {endpoint}")
            span.tell({"http.route": endpoint, "http.response.status_code": response.status})
            if response.status >= _SERVER_ERROR:
                span.failed(str(response.status))

    def _believed(self, scope: AsgiScope) -> bool:
        """Whether the `traceparent` of a request counts: operators' programs and trusted proxies may say what it is part of,
        strangers may not choose what is recorded.
        """
        client = scope.get("client")
        trusted = self._doorway.source.current().trusted_proxies
        return self._inside or requests.is_trusted(client[0] if client else "", trusted)

    async def _answer(self, scope: AsgiScope, receive: Receive) -> tuple[str, Response]:
        """The pattern of the address, and the answer."""
        path: str = scope["path"]
        method: str = scope["method"]
        if self._hot is not None and path == self._hot_path and not self._preflight(scope):
            return path, await self._guarded(scope, receive, self._hot, _NOTHING)
        if "//" in path:
            return _UNMATCHED, _cleaned(self._base_url(), path, scope["query_string"].decode("latin-1"))
        return await self._routed(scope, receive, self._rewritten(path), method)

    def _preflight(self, scope: AsgiScope) -> bool:
        return self._cors is not None and scope["method"] == "OPTIONS" and self._cors.is_preflight(scope)

    async def _routed(self, scope: AsgiScope, receive: Receive, path: str, method: str) -> tuple[str, Response]:
        if self._cors is not None and method == "OPTIONS" and (preflight := self._cors.preflight(scope)) is not None:
            return _UNMATCHED, preflight
        found = self._routes.find(path) or (self._older(path) if self._older is not None else None)
        if self._tokens_first and method not in _SAFE and not _exempt(path, found):
            refusal = envelope(csrf.unproven())
            return _UNMATCHED, json_response(refusal, refusal.error.code)
        if found is None:
            return _UNMATCHED, Response(
                status=_NOT_FOUND, headers=(_TEXT,), body=b"There is nothing at this address.\n"
            )
        route = found.route(method)
        if route is None:
            headers = (_TEXT, ("allow", found.allow))
            return found.pattern, Response(
                status=_NOT_ALLOWED, headers=headers, body=b"This address does not take that method.\n"
            )
        return found.pattern, await self._guarded(scope, receive, route, found.captured, found.pattern)

    async def _guarded(
        self, scope: AsgiScope, receive: Receive, route: Route, captured: Mapping[str, str], pattern: str = ""
    ) -> Response:
        """The route's answer, or what is said when it fails: never a stack trace, never a secret."""
        config = self._doorway.source.current()
        trusted = config.admin_trusted_proxies if self._inside else config.trusted_proxies
        request = requests.head(scope, self._base_url(), trusted, captured)
        try:
            if self._guard is not None:
                request = await self._guard.admitted(request)
            if body := await requests.body(scope, receive):
                request = msgspec.structs.replace(request, body=body)
            if self._guard is not None:
                return await self._guard.answered(request, pattern, route.handler)
            return await route.handler(request)
        except LimenError as error:
            return await self._refused(request, route, error)
        except Exception as error:  # noqa: BLE001 (the last line: whatever it is, the client gets a clean answer)
            trace = " < ".join(reversed([f"{at.name}:{at.lineno}" for at in extract_tb(error.__traceback__)]))
            self._doorway.services.log.error(
                "unexpected failure", path=scope["path"], error=type(error).__name__, trace=trace
            )
            return json_response(unexpected(_id()), _INTERNAL)

    async def _refused(self, request: Request, route: Route, error: LimenError) -> Response:
        found = envelope(error, request.header("x-request-id"))
        if found.error.code >= _SERVER_ERROR:
            self._doorway.services.log.error(
                "refused", path=request.path, error=type(error).__name__, reason=error.reason
            )
        if route.errors is not Errors.NEGOTIATED:
            return error_response(error, request)
        try:
            scope = await self._doorway.scope(request)
            refusal = await self._responder.refused(scope, request, error, scope.client)
            return self._responder.marked(scope, refusal)
        except LimenError as second:  # without a database there is no error page either
            self._doorway.services.log.error("no error page", path=request.path, error=type(second).__name__)
        return error_response(error, request)

    def _standing(self, scope: AsgiScope, response: Response) -> tuple[Octets, ...]:
        """What every answer carries beside its own headers."""
        own = tuple([name for name, _ in response.headers if name in _REPLACEABLE])
        always = _always(own, scope["method"] == "GET", self._base_url().startswith("https://"))
        permission = () if self._cors is None else self._cors.permission(scope)
        return (*always, *map(_octets, permission)) if permission else always


@lru_cache(maxsize=64)
def _always(own: tuple[str, ...], read: bool, encrypted: bool) -> tuple[Octets, ...]:
    """The headers that every answer carries (security.md §2.28), unless the handler set its `own`; encoded only once."""
    more = [*_ALWAYS, *((_NEVER_CACHED,) if read else ())]
    kept = [header for header in more if header[0] not in own]
    return tuple(map(_octets, (*kept, *((_STRICT_TRANSPORT,) if encrypted else ()))))


def _id() -> str:
    """The id of the request under way: with it the lines in the log are found."""
    mark = CURRENT.get()
    return mark.id if mark is not None else ""


def _announced(scope: AsgiScope) -> int:
    """The bytes of the body that the request said it has; none for questions, which have none."""
    if scope["method"] in _SAFE:
        return 0
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(length) if length.isdigit() else 0


def _octets(header: tuple[str, str]) -> Octets:
    return header[0].encode(), header[1].encode("latin-1", "replace")


def _exempt(path: str, found: Found | None) -> bool:
    """Whether a path minds no missing anti-CSRF token: those that take changes check by themselves, native ones need none
    (HTTP-110).
    """
    return path.endswith(_NATIVE) or (found is not None and found.takes_changes)


def _cleaned(base_url: str, path: str, query: str) -> Response:
    r"""A path with doubled slashes, as front-ends make them that join a base URL ending in one: to the clean path.

    With the host and with every odd character escaped: `/\\evil.test` alone would lead browsers to another host.
    """
    clean = "/" + "/".join(part for part in path.split("/") if part)
    location = base_url + quote(clean) + (f"?{query}" if query else "")
    return Response(status=_REDIRECT, headers=(("location", location), _TEXT), body=b"")
