"""Who stands at the door? Turns a request into the scope that the application sees: client, visitor, session, marks."""

import base64
import binascii
from typing import Final

import msgspec

from limen.app.flows.csrf import TOKEN_BYTES
from limen.app.scope import BrowserMarks, Scope, Services
from limen.app.sessions.check import by_token
from limen.config.model import Config
from limen.config.source import ConfigSource
from limen.http import cookies
from limen.http.negotiate import client_of
from limen.http.request import visitor_of
from limen.kernel.http_values import Request

_BEARER: Final = "bearer "
_AJAX: Final = frozenset({"cors", "same-origin"})


class Presented(msgspec.Struct, frozen=True):
    """The session token that a request shows, empty without one; `cookie` is set when it came in the session cookie."""

    token: str = ""
    cookie: cookies.SessionCookie | None = None


class Doorway:
    """One listener's view of who is asking."""

    def __init__(self, source: ConfigSource, services: Services) -> None:
        self.source = source
        self.services = services

    async def scope(self, request: Request) -> Scope:
        """The scope of a request: one snapshot of the configuration from here to the answer."""
        config = self.source.current()
        held = cookies.parsed(request)
        token = self.presented(config, request, held).token
        return Scope(
            config=config,
            services=self.services,
            client=client_of(request),
            visitor=visitor_of(request, config.clients.web_hook.header_allowlist, tuple(held.items())),
            browser=self._marks(config, request, held),
            url=request.url,
            http_method=request.method,
            session=await by_token(self.services.storage, self.services.clock, token),
        )

    def presented(self, config: Config, request: Request, held: dict[str, str]) -> Presented:
        """How the request shows who is asking: header, then cookie, then bearer (SESS-04)."""
        if token := request.header("x-session-token"):
            return Presented(token)
        if value := held.get(config.session.cookie.name):
            opened = cookies.opened(config, self.services.sealing, value)
            if opened is not None:
                return Presented(opened.session_token, opened)
        authorization = request.header("authorization")
        if authorization[: len(_BEARER)].lower() == _BEARER:
            return Presented(authorization[len(_BEARER) :].strip())
        return _NOTHING

    def _marks(self, config: Config, request: Request, held: dict[str, str]) -> BrowserMarks:
        name = cookies.csrf_cookie_name(config.serve.public.base_url)
        token = csrf_token(held.get(name, ""))
        return BrowserMarks(
            token=token if token is not None else self.services.entropy.octets(TOKEN_BYTES),
            has_cookie_header=bool(request.header("cookie")),
            has_csrf_cookie=token is not None,
            ajax=request.header("sec-fetch-mode") in _AJAX,
            origin=request.header("origin"),
            foreign_cookies=cookies.foreign(held),
            other_cookies=cookies.foreign(held, name),
            cross_site=request.header("sec-fetch-site") == "cross-site"
            and request.header("sec-fetch-mode") == "navigate",
            next_token=self.services.entropy.octets(TOKEN_BYTES),
            continuity=cookies.continuity(config, self.services.sealing, held),
        )


_NOTHING: Final = Presented()


def csrf_token(value: str) -> bytes | None:
    """The 32 bytes of an anti-CSRF cookie, or None when it holds something else."""
    try:
        raw = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == TOKEN_BYTES else None
