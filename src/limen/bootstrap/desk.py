"""How do the pages in the box get what they show? From the same engines and rules as every other client."""

from urllib.parse import urlsplit

import msgspec

from limen.app.errors import (
    CsrfViolation,
    FlowExpired,
    FlowUnknown,
    ForeignFlow,
    SecondFactorRequired,
    SessionRequired,
    TooManyAttempts,
)
from limen.app.flows import csrf, logout
from limen.app.limits.floods import LIMITED
from limen.app.scope import Scope
from limen.app.sessions import own
from limen.app.sessions.check import satisfies
from limen.bootstrap.engines import Engines
from limen.domain.flow.details import Detail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind, FlowType
from limen.domain.ids import SessionId, canonical_uuid
from limen.http.body import submission
from limen.http.doorway import Doorway
from limen.kernel.errors import LimenError
from limen.kernel.http_values import Request
from limen.kernel.urls import joined, with_query
from limen.ports.storage import Page
from limen.ui.desk import ErrorShown, FlowMissing, MissingReason, SessionNotEnded, SignedIn
from limen.wire.errors import row_of

_MOST_SESSIONS = 100


class StoredError(msgspec.Struct, frozen=True):
    code: int = 500
    message: str = ""
    reason: str = ""
    id: str = ""


class PublicDesk:
    """Answers the pages of the public listener (ui/desk.py)."""

    def __init__(
        self,
        doorway: Doorway,
        engines: Engines,
    ) -> None:
        self._doorway = doorway
        self._engines = engines

    async def flow(self, kind: FlowKind, id: str, request: Request) -> Flow[Detail] | FlowMissing:
        scope = await self._doorway.scope(request)
        restart = self.start_url(kind, request.query("return_to"))
        try:
            return (await self._engines.of(kind).fetch(scope, id)).flow
        except FlowExpired as error:
            return FlowMissing(reason=MissingReason.EXPIRED, restart_url=error.restart)
        except FlowUnknown:
            return FlowMissing(reason=MissingReason.UNKNOWN, restart_url=restart)
        except SecondFactorRequired as error:
            return FlowMissing(reason=MissingReason.EXPIRED, restart_url=error.redirect_browser_to)
        except SessionRequired:
            return FlowMissing(reason=MissingReason.EXPIRED, restart_url=restart)
        except (CsrfViolation, ForeignFlow):
            return FlowMissing(reason=MissingReason.FOREIGN, restart_url=restart)

    async def visitor(self, request: Request) -> SignedIn | None:
        scope = await self._doorway.scope(request)
        current = scope.session
        if current is None or not satisfies(scope.config, current.session.aal, current.identity.available_aal):
            return None
        others = (await own.others(scope, Page(limit=_MOST_SESSIONS))).sessions
        return SignedIn(
            session=current,
            others=tuple(other.session for other in others),
            logout_url=logout.begin(scope, "").url,
            csrf_token=csrf.masked(scope.browser.token, scope.services.entropy),
        )

    async def error(self, id: str, request: Request) -> ErrorShown | None:
        if id == LIMITED:
            told = TooManyAttempts(0)
            status = row_of(told).status
            return ErrorShown(status=status.value, message=told.reason, reason="", id=LIMITED)
        known = canonical_uuid(id)
        page = await self._doorway.services.storage.error_pages.get(known) if known else None
        if page is None:
            return None
        found = page.error.read(StoredError)
        return ErrorShown(status=found.code, message=found.message, reason=found.reason, id=found.id)

    async def end_session(self, request: Request, session_id: str) -> None:
        scope = await self._doorway.scope(request)
        known = canonical_uuid(session_id)
        if known is None:
            raise SessionNotEnded("This is no session id.")
        try:
            self._check(scope, request)
            await own.end_one(scope, SessionId(known))
        except LimenError as error:
            raise SessionNotEnded(error.reason) from error

    def _check(self, scope: Scope, request: Request) -> None:
        """The form is this browser's own: the token in it is the one in the cookie (SEC-04)."""
        token = csrf.stored_form(scope.browser.token)
        csrf.check(FlowType.BROWSER, scope.browser, token, submission(request))

    def start_url(self, kind: FlowKind, return_to: str) -> str:
        base = self._doorway.source.current().serve.public.base_url
        return with_query(joined(base, "self-service", kind.value, "browser"), return_to=return_to)

    def offered(self) -> frozenset[FlowKind]:
        config = self._doorway.source.current()
        offered = {FlowKind.LOGIN, FlowKind.SETTINGS}
        if config.selfservice.flows.registration.enabled:
            offered.add(FlowKind.REGISTRATION)
        offered |= {kind for kind in (FlowKind.RECOVERY, FlowKind.VERIFICATION) if config.flow(kind).enabled}
        return frozenset(offered)

    def destinations(self) -> tuple[str, ...]:
        selfservice = self._doorway.source.current().selfservice
        urls = (selfservice.default_browser_return_url, *selfservice.allowed_return_urls)
        parts = [urlsplit(url) for url in urls]
        return tuple(dict.fromkeys(f"{part.scheme}://{part.netloc}" for part in parts if part.scheme and part.netloc))
