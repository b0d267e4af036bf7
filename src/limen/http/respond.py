"""How does an answer differ for browsers, single-page apps and native apps? Here, and nowhere else (architecture.md §4.6)."""

from typing import Final
from urllib.parse import quote

import msgspec

from limen.app.admin.keyring import KeyExpired, KeyMissing, KeyRefused
from limen.app.errors import (
    AlreadySignedIn,
    BrowserMustMove,
    FlowReplaced,
    FlowSuperseded,
    FreshSessionRequired,
    RecoveryStartedOver,
    SecondFactorRequired,
    SessionRequired,
    TooManyAttempts,
    VerifiedAddressRequired,
)
from limen.app.flows.contract import (
    GoTo,
    Recovered,
    Refused,
    Replaced,
    Reply,
    SettingsSaved,
    ShowFlow,
    SignedIn,
    SignedOut,
    SignedUp,
    SignInAgain,
    StartedOver,
)
from limen.app.flows.csrf import TOKEN_BYTES, stored_form
from limen.app.hooks.web_hook.errors import HookBusy
from limen.app.limits import devices
from limen.app.scope import Client, Scope
from limen.domain.flow.continue_with import RedirectBrowser, SetSessionToken
from limen.domain.flow.details import Detail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind, FlowType
from limen.domain.session.session import IssuedSession
from limen.http import cookies
from limen.http.error_pages import ErrorPages
from limen.kernel.errors import LimenError
from limen.kernel.http_values import Request, Response
from limen.kernel.urls import joined, with_query
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
_PROVING: Final = frozenset({FlowKind.RECOVERY, FlowKind.VERIFICATION})
"""Kinds whose expired forms send apps to the fresh one (FLOW-08)."""
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
    later = (
        (("retry-after", str(error.retry_after)),) if isinstance(error, Overloaded | HookBusy | TooManyAttempts) else ()
    )
    if isinstance(error, KeyMissing | KeyRefused | KeyExpired):
        later = (("www-authenticate", 'Bearer realm="limen admin"'),)
    return json_response(found, found.error.code, *later)


class Responder:
    """One exhaustive match over (reply, client): a new reply without a row here does not type-check."""

    def __init__(self, error_pages: ErrorPages) -> None:
        self._error_pages = error_pages

    async def respond(  # noqa: C901, PLR0912 (one line for each kind of reply)
        self, scope: Scope, request: Request, reply: Reply, client: Client
    ) -> Response:
        match reply:
            case ShowFlow():
                return self._flow(scope, reply, client)
            case Replaced():
                return self._replaced(scope, request, reply, client)
            case StartedOver():
                return self._started_over(scope, request, reply, client)
            case Recovered():
                return self._recovered(scope, request, reply, client)
            case SignedIn():
                return self._signed_in(scope, request, reply, client)
            case SettingsSaved():
                return self._settings_saved(scope, reply, client)
            case SignInAgain():
                return self._sign_in_again(scope, reply)
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
            case SecondFactorRequired() | FreshSessionRequired():
                return redirect(error.redirect_browser_to)
            case VerifiedAddressRequired() if error.url:
                return redirect(error.url)
            case SessionRequired() if error.sign_in_at:
                return redirect(error.sign_in_at)
            case _:
                return redirect(await self._error_pages.keep(scope, request, error))

    # -- rows of the table ----------------------------------------------------------------------------------------------

    def _flow(self, scope: Scope, reply: ShowFlow, client: Client) -> Response:
        marks = self._csrf(scope, reply.flow)
        if client is Client.BROWSER:
            return redirect(_ui(scope, reply.flow), *marks)
        owner = None
        if reply.flow.kind is FlowKind.SETTINGS and scope.session is not None:
            owner = wire_identity.public(scope.session.identity, scope.config.serve.public.base_url)
        return json_response(wire.flow(reply.flow, owner), _AGAIN if reply.again else OK, *marks)

    def _replaced(self, scope: Scope, request: Request, reply: Replaced, client: Client) -> Response:
        if client is Client.BROWSER:
            return redirect(_ui(scope, reply.flow), *self._csrf(scope, reply.flow))
        since = (reply.now - reply.expired_at).total_seconds()
        if reply.flow.kind in _PROVING:
            if reply.flow.kind is FlowKind.RECOVERY and reply.flow.type is FlowType.API and _transitions(scope):
                return error_response(FlowReplaced(reply.flow.id, reply.expired_at, since, reply.flow.kind), request)
            return redirect(_fetched_at(scope, reply.flow), *self._csrf(scope, reply.flow))
        return error_response(FlowReplaced(reply.flow.id, reply.expired_at, since), request)

    def _settings_saved(self, scope: Scope, reply: SettingsSaved, client: Client) -> Response:
        """The cookie is written once more, as clients are used to (SET-08)."""
        cookies_set = self._session_cookies(scope, reply.issued, same_person=True) if client is not Client.API else ()
        if client is Client.BROWSER:
            return redirect(reply.go_to or reply.return_to, *cookies_set)
        # What hooks want shown comes before where a browser would go (CW-07).
        items = wire.items((*reply.continue_with, *_onward(reply.return_to, client)))
        shown = wire.flow(reply.flow, wire_identity.public(reply.identity, scope.config.serve.public.base_url))
        saved = msgspec.structs.replace(shown, continue_with=items or msgspec.UNSET)
        return json_response(saved, OK, *cookies_set)

    def _sign_in_again(self, scope: Scope, reply: SignInAgain) -> Response:
        cookie = cookies.continuity_cookie(scope.config, scope.services.sealing, reply.secret, reply.expires_in)
        return redirect(reply.url, ("set-cookie", cookie))

    def _signed_in(self, scope: Scope, request: Request, reply: SignedIn, client: Client) -> Response:
        cookies_set = (
            self._session_cookies(scope, reply.issued, same_person=reply.same_person)
            if client is not Client.API
            else ()
        )
        if client is Client.BROWSER:
            return redirect(reply.step_up or reply.go_to or reply.return_to, *cookies_set)
        if client is Client.SPA and reply.step_up:
            return error_response(BrowserMustMove(reply.step_up), request).with_headers(*cookies_set)
        shown = None if reply.step_up else wire_identity.public(reply.identity, scope.config.serve.public.base_url)
        session = reply.issued and wire_session.session(reply.issued.session, shown, now=reply.at)
        result = wire.LoginResult(
            session_token=reply.issued.token if client is Client.API and reply.issued else msgspec.UNSET,
            session=session or msgspec.UNSET,
            continue_with=wire.items((*_onward(reply.return_to, client), *reply.continue_with)) or msgspec.UNSET,
        )
        return json_response(result, OK, *cookies_set)

    def _signed_up(self, scope: Scope, reply: SignedUp, client: Client) -> Response:
        cookies_set = self._session_cookies(scope, reply.issued) if client is not Client.API else ()
        if client is Client.BROWSER:
            return redirect(reply.go_to or reply.return_to, *cookies_set)
        identity = wire_identity.public(reply.identity, scope.config.serve.public.base_url)
        session = reply.issued and wire_session.session(reply.issued.session, identity, now=reply.at)
        token = (SetSessionToken(token=reply.issued.token),) if client is Client.API and reply.issued else ()
        result = wire.RegistrationResult(
            session_token=reply.issued.token if client is Client.API and reply.issued else msgspec.UNSET,
            session=session or msgspec.UNSET,
            identity=identity,
            continue_with=wire.items((*_onward(reply.return_to, client), *reply.continue_with, *token)) or None,
        )
        return json_response(result, OK, *cookies_set)

    def _signed_out(self, scope: Scope, request: Request, reply: SignedOut, client: Client) -> Response:
        headers = [("set-cookie", cookies.session_cookie_gone(scope.config)), self._fresh_csrf(scope)]
        if scope.config.selfservice.flows.logout.clear_browser_data and request.secure:
            headers.append(("clear-site-data", '"cookies", "storage", "cache"'))
        if client is Client.BROWSER:
            return redirect(reply.return_to, *headers)
        return Response(status=NO_CONTENT, headers=tuple(headers))

    def _started_over(self, scope: Scope, request: Request, reply: StartedOver, client: Client) -> Response:
        """Apps are told of a fresh verification flow, and sent to a fresh recovery flow (REC-05, VER-03, VER-09)."""
        marks = self._csrf(scope, reply.flow)
        if client is Client.BROWSER:
            return redirect(_ui(scope, reply.flow), *marks)
        if reply.flow.kind is FlowKind.VERIFICATION:
            return error_response(FlowSuperseded(reply.flow.id), request).with_headers(*marks)
        if _transitions(scope):
            return error_response(RecoveryStartedOver(reply.flow.id, reply.reason.reason), request).with_headers(*marks)
        return redirect(_fetched_at(scope, reply.flow), *marks)

    def _recovered(self, scope: Scope, request: Request, reply: Recovered, client: Client) -> Response:
        """Browsers and apps without `continue_with` go to the settings by themselves (REC-06 … REC-08)."""
        cookies_set = self._session_cookies(scope, reply.issued) if client is not Client.API else ()
        if client is Client.BROWSER:
            return redirect(reply.settings_url, *cookies_set)
        if not reply.continue_with:
            return error_response(BrowserMustMove(reply.settings_url), request).with_headers(*cookies_set)
        shown = msgspec.structs.replace(wire.flow(reply.flow), continue_with=wire.items(reply.continue_with))
        return json_response(shown, OK, *cookies_set)

    # -- parts ------------------------------------------------------------------------------------------------------------

    def marked(self, scope: Scope, response: Response) -> Response:
        """The answer with the anti-CSRF cookie for a browser that has none yet: also a refusal begins its visit (SEC-01)."""
        if scope.browser.has_csrf_cookie:
            return response
        cookie = cookies.csrf_cookie(scope.config, stored_form(scope.browser.token))
        return response.with_headers(("set-cookie", cookie))

    def _csrf(self, scope: Scope, flow: Flow[Detail]) -> tuple[tuple[str, str], ...]:
        """The anti-CSRF cookie, for browsers that have none yet (SEC-01)."""
        if not flow.csrf_token or scope.browser.has_csrf_cookie:
            return ()
        return (("set-cookie", cookies.csrf_cookie(scope.config, stored_form(scope.browser.token))),)

    def _fresh_csrf(self, scope: Scope) -> tuple[str, str]:
        """Another anti-CSRF token, because another person sits at the browser from now on (SESS-08)."""
        token = scope.browser.next_token or scope.services.entropy.octets(TOKEN_BYTES)
        return ("set-cookie", cookies.csrf_cookie(scope.config, stored_form(token)))

    def _session_cookies(
        self, scope: Scope, issued: IssuedSession | None, *, same_person: bool = False
    ) -> tuple[tuple[str, str], ...]:
        if issued is None:
            return ()
        services = scope.services
        cookie = cookies.session_cookie(scope.config, services.sealing, services.entropy, issued, services.clock.now())
        marks = [("set-cookie", cookie)] if same_person else [("set-cookie", cookie), self._fresh_csrf(scope)]
        if device := devices.remembered(scope, issued.session.identity_id):
            marks.append(("set-cookie", cookies.device_cookie(scope.config, device)))
        return tuple(marks)


def _onward(return_to: str, client: Client) -> tuple[RedirectBrowser, ...]:
    """Where a single-page app goes: first after a sign-in and a sign-up (SEED4-38, CW-05), last after settings (CW-07)."""
    return (RedirectBrowser(url=return_to),) if client is Client.SPA else ()


def _transitions(scope: Scope) -> bool:
    return scope.config.feature_flags.use_continue_with_transitions


def _fetched_at(scope: Scope, flow: Flow[Detail]) -> str:
    """Where apps read the flow."""
    page = joined(scope.config.serve.public.base_url, "self-service", flow.kind.value, "flows")
    return with_query(page, id=flow.id)


def _ui(scope: Scope, flow: Flow[Detail]) -> str:
    return with_query(scope.config.flow(flow.kind).ui_url, flow=flow.id)
