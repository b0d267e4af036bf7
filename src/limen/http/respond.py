"""How does an answer differ for browsers, single-page apps and native apps? Here, and nowhere else (architecture.md §4.6)."""

from typing import Final
from urllib.parse import quote

import msgspec

from limen.app.errors import AlreadySignedIn, BrowserMustMove, FlowReplaced, SecondFactorRequired
from limen.app.flows.contract import (
    GoTo,
    Refused,
    Replaced,
    Reply,
    ShowFlow,
    SignedIn,
    SignedOut,
    SignedUp,
)
from limen.app.flows.csrf import TOKEN_BYTES, stored_form
from limen.app.scope import Client, Scope
from limen.domain.flow.details import Detail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowType
from limen.domain.session.session import IssuedSession
from limen.http import cookies
from limen.http.error_pages import ErrorPages
from limen.kernel.errors import LimenError
from limen.kernel.http_values import Request, Response
from limen.kernel.urls import with_query
from limen.ports.passwords import Overloaded
from limen.wire import flow as wire
from limen.wire import identity as wire_identity
from limen.wire import session as wire_session
from limen.wire.errors import envelope, row_of
from limen.wire.text import json_bytes

SEE_OTHER: Final = 303
NO_CONTENT: Final = 204
OK: Final = 200
_AGAIN: Final = 400
_SERVER_ERROR: Final = 500
_URL_CHARACTERS: Final = "%/:?#[]@!$&'()*+,;=~"
JSON_TYPE: Final = ("content-type", "application/json; charset=utf-8")


def json_response(value: object, status: int = OK, *headers: tuple[str, str]) -> Response:
    return Response(status=status, headers=(JSON_TYPE, *headers), body=json_bytes(value))


def redirect(url: str, *headers: tuple[str, str], status: int = SEE_OTHER) -> Response:
    """A redirect; what is not ASCII in the address is escaped, as headers need it (RFC 9110 section 10.2.2)."""
    location = url if url.isascii() else quote(url, safe=_URL_CHARACTERS)
    return Response(status=status, headers=(("location", location), *headers))


def error_response(error: LimenError, request: Request) -> Response:
    """The envelope of an error, and when to come back if that helps (security.md §2.40)."""
    found = envelope(error, request.header("x-request-id"))
    later = (("retry-after", str(error.retry_after)),) if isinstance(error, Overloaded) else ()
    return json_response(found, found.error.code, *later)


class Responder:
    """One exhaustive match over (reply, client): a new reply without a row here does not type-check."""

    def __init__(self, error_pages: ErrorPages) -> None:
        self._error_pages = error_pages

    async def respond(self, scope: Scope, request: Request, reply: Reply, client: Client) -> Response:
        match reply:
            case ShowFlow():
                return self._flow(scope, reply, client)
            case Replaced():
                return self._replaced(scope, request, reply, client)
            case SignedIn():
                return self._signed_in(scope, request, reply, client)
            case SignedUp():
                return self._signed_up(scope, reply, client)
            case SignedOut():
                return self._signed_out(scope, request, reply, client)
            case GoTo():
                if client is Client.BROWSER:
                    return redirect(reply.url)
                return error_response(BrowserMustMove(reply.url), request)
            case Refused():
                if row_of(reply.error).status >= _SERVER_ERROR:
                    scope.services.log.error(
                        "refused", path=request.path, error=type(reply.error).__name__, reason=reply.error.reason
                    )
                return await self.refused(scope, request, reply.error, client)

    async def refused(self, scope: Scope, request: Request, error: LimenError, client: Client) -> Response:
        """An error that no form can say: the envelope for apps, the stored error page for browsers (FLOW-10, ERR-01)."""
        if client is not Client.BROWSER:
            return error_response(error, request)
        match error:
            case AlreadySignedIn():
                return redirect(error.return_to)
            case SecondFactorRequired():
                return redirect(error.redirect_browser_to)
            case _:
                return redirect(await self._error_pages.keep(scope, request, error))

    # -- rows of the table ----------------------------------------------------------------------------------------------

    def _flow(self, scope: Scope, reply: ShowFlow, client: Client) -> Response:
        marks = self._csrf(scope, reply.flow)
        if client is Client.BROWSER and reply.flow.type is FlowType.BROWSER:
            return redirect(_ui(scope, reply.flow), *marks)
        return json_response(wire.flow(reply.flow), _AGAIN if reply.again else OK, *marks)

    def _replaced(self, scope: Scope, request: Request, reply: Replaced, client: Client) -> Response:
        if client is Client.BROWSER:
            return redirect(_ui(scope, reply.flow), *self._csrf(scope, reply.flow))
        since = (reply.now - reply.expired_at).total_seconds()
        return error_response(FlowReplaced(reply.flow.id, reply.expired_at, since), request)

    def _signed_in(self, scope: Scope, request: Request, reply: SignedIn, client: Client) -> Response:
        cookies_set = self._session_cookies(scope, reply.issued, reply) if client is not Client.API else ()
        if client is Client.BROWSER:
            return redirect(reply.step_up or reply.go_to or reply.return_to, *cookies_set)
        if client is Client.SPA and reply.step_up:
            return error_response(BrowserMustMove(reply.step_up), request).with_headers(*cookies_set)
        shown = None if reply.step_up else wire_identity.public(reply.identity, scope.config.serve.public.base_url)
        session = reply.issued and wire_session.session(reply.issued.session, shown, now=reply.at)
        result = wire.LoginResult(
            session_token=reply.issued.token if client is Client.API and reply.issued else msgspec.UNSET,
            session=session or msgspec.UNSET,
            continue_with=wire.items(reply.continue_with) or msgspec.UNSET,
        )
        return json_response(result, OK, *cookies_set)

    def _signed_up(self, scope: Scope, reply: SignedUp, client: Client) -> Response:
        cookies_set = self._session_cookies(scope, reply.issued, None) if client is not Client.API else ()
        if client is Client.BROWSER:
            return redirect(reply.go_to or reply.return_to, *cookies_set)
        identity = wire_identity.public(reply.identity, scope.config.serve.public.base_url)
        session = reply.issued and wire_session.session(reply.issued.session, identity, now=reply.at)
        result = wire.RegistrationResult(
            session_token=reply.issued.token if client is Client.API and reply.issued else msgspec.UNSET,
            session=session or msgspec.UNSET,
            identity=identity,
            continue_with=wire.items(reply.continue_with) or None,
        )
        return json_response(result, OK, *cookies_set)

    def _signed_out(self, scope: Scope, request: Request, reply: SignedOut, client: Client) -> Response:
        headers = [("set-cookie", cookies.session_cookie_gone(scope.config)), self._fresh_csrf(scope)]
        if scope.config.selfservice.flows.logout.clear_browser_data and request.secure:
            headers.append(("clear-site-data", '"cookies", "storage", "cache"'))
        if client is Client.BROWSER:
            return redirect(reply.return_to, *headers)
        return Response(status=NO_CONTENT, headers=tuple(headers))

    # -- parts ------------------------------------------------------------------------------------------------------------

    def marked(self, scope: Scope, response: Response) -> Response:
        """The answer with the anti-CSRF cookie for a browser that has none yet: also a refusal begins its visit (SEC-01)."""
        if scope.browser.has_csrf_cookie:
            return response
        cookie = cookies.csrf_cookie(scope.config, stored_form(scope.browser.token))
        return response.with_headers(("set-cookie", cookie))

    def _csrf(self, scope: Scope, flow: Flow[Detail]) -> tuple[tuple[str, str], ...]:
        """The anti-CSRF cookie, for browsers that have none yet (SEC-01)."""
        if flow.type is not FlowType.BROWSER or scope.browser.has_csrf_cookie:
            return ()
        return (("set-cookie", cookies.csrf_cookie(scope.config, stored_form(scope.browser.token))),)

    def _fresh_csrf(self, scope: Scope) -> tuple[str, str]:
        """Another anti-CSRF token, because another person sits at the browser from now on (SESS-08)."""
        token = stored_form(scope.services.entropy.octets(TOKEN_BYTES))
        return ("set-cookie", cookies.csrf_cookie(scope.config, token))

    def _session_cookies(
        self, scope: Scope, issued: IssuedSession | None, reply: SignedIn | None
    ) -> tuple[tuple[str, str], ...]:
        if issued is None:
            return ()
        services = scope.services
        cookie = cookies.session_cookie(scope.config, services.sealing, services.entropy, issued, services.clock.now())
        if reply is not None and reply.same_person:
            return (("set-cookie", cookie),)
        return (("set-cookie", cookie), self._fresh_csrf(scope))


def _ui(scope: Scope, flow: Flow[Detail]) -> str:
    return with_query(scope.config.flow(flow.kind).ui_url, flow=flow.id)
