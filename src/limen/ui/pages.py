"""What is served below `/ui/`? The built-in pages and their files, as one handler."""

from base64 import b64encode
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote

from limen.app.courier.inbox import Inbox
from limen.domain.flow.details import Detail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind
from limen.domain.ids import canonical_uuid
from limen.kernel.clock import Clock
from limen.kernel.entropy import Entropy
from limen.kernel.http_values import Request, Response
from limen.kernel.language import negotiate
from limen.kernel.urls import with_query
from limen.ui import notices
from limen.ui.addresses import origin_of, safe_link
from limen.ui.assets import asset_response
from limen.ui.desk import Desk, FlowMissing, MissingReason, SessionNotEnded
from limen.ui.fields import Reader
from limen.ui.flow_view import flow_view, form_targets
from limen.ui.home_view import home_view, person_name
from limen.ui.inbox_view import inbox_view
from limen.ui.policy import page_headers, redirect_headers
from limen.ui.views import FlowView, HomeView, InboxView, NoticeView, Place
from limen.ui.wording import LANGUAGES, Wording, wording

if TYPE_CHECKING:
    from limen.ui.rendering import Rendering

ROOT: Final = "/ui/"
_KINDS: Final = {kind.value: kind for kind in FlowKind}
_PASSED_ON: Final = ("refresh", "aal", "via", "organization", "identity_schema", "login_challenge", "login_hint")
"""What a link to a page may say about the flow that it wants; the flow's init endpoint judges it."""
_END: Final = "sessions/end"
_UP: Final = "../"
_DEEPEST: Final = 20


class Pages:
    """Answers every request below `/ui/`. `brand` is the name that people see."""

    def __init__(
        self, desk: Desk, clock: Clock, entropy: Entropy, brand: str = "Limen", inbox: Inbox | None = None
    ) -> None:
        self.inbox = inbox
        self._desk = desk
        self._clock = clock
        self._entropy = entropy
        self._brand = brand
        self._rendering: Rendering | None = None

    async def __call__(self, request: Request) -> Response:
        """The page, file or redirect for a request. Errors of the desk other than SessionNotEnded pass through."""
        if request.path == ROOT.rstrip("/"):
            return Response(status=308, headers=redirect_headers("ui/"))
        name = request.path.removeprefix(ROOT)
        posted = name == _END
        if request.method not in ({"POST"} if posted else {"GET", "HEAD"}):
            return _not_allowed("POST" if posted else "GET, HEAD")
        return await self._end_session(request) if posted else await self._shown(name, request)

    async def _shown(self, name: str, request: Request) -> Response:
        answer: Response | None = None
        if name.startswith("static/"):
            answer = asset_response(name.removeprefix("static/"), request.query("v"))
        elif name in _KINDS:
            answer = await self._flow(_KINDS[name], request)
        elif name == "":
            answer = await self._home(request)
        elif name == "logout":
            answer = await self._logout(request)
        elif name == "error":
            answer = await self._error(request)
        elif name == "inbox" and self.inbox is not None and self.inbox.open:
            answer = await self._inbox_page(self.inbox, request)
        return answer or self._missing(request)

    async def _flow(self, kind: FlowKind, request: Request) -> Response:
        id = canonical_uuid(request.query("flow"))
        if id is None:
            wanted = {name: request.query(name) for name in _PASSED_ON}
            start = self._desk.start_url(kind, request.query("return_to"))
            return Response(status=303, headers=redirect_headers(with_query(start, **wanted)))
        found = await self._desk.flow(kind, id, request)
        if not isinstance(found, FlowMissing):
            return self._flow_page(found, request)
        if found.reason is MissingReason.FOREIGN:
            words = _words(request)
            notice = notices.foreign(words, safe_link(found.restart_url))
            return self._page(notice, self._place(words), status=403)
        return Response(status=303, headers=redirect_headers(found.restart_url))

    def _flow_page(self, flow: Flow[Detail], request: Request) -> Response:
        words = _words(request)
        query = f"?return_to={quote(flow.return_to, safe='')}" if flow.return_to else ""
        forgets = flow.kind is FlowKind.LOGIN and FlowKind.RECOVERY in self._desk.offered()
        reader = Reader(
            wording=words,
            now=self._clock.now(),
            kind=flow.kind,
            forgot_href=f"recovery{query}" if forgets else "",
            labels={node.name: node.label for node in flow.form.nodes if node.label is not None},
        )
        view = flow_view(flow, reader, safe_link(self._desk.start_url(flow.kind, flow.return_to)))
        nonce = b64encode(self._entropy.octets(18)).decode() if view.scripts else ""
        place = self._place(words, query=query, nonce=nonce)
        targets = (*form_targets(flow), *(origin_of(target) for target in self._desk.destinations()))
        return self._page(view, place, targets=targets)

    async def _home(self, request: Request) -> Response:
        words = _words(request)
        place = self._place(words)
        visitor = await self._desk.visitor(request)
        if visitor is None:
            sign_up = "registration" if FlowKind.REGISTRATION in self._desk.offered() else ""
            return self._page(notices.welcome(words, "login", sign_up), place)
        return self._page(home_view(visitor, words, self._clock.now()), place)

    async def _logout(self, request: Request) -> Response:
        words = _words(request)
        visitor = await self._desk.visitor(request)
        if visitor is None:
            return self._page(notices.left(words, "login"), self._place(words))
        name = person_name(visitor.session.identity)
        notice = notices.leaving(words, name, safe_link(visitor.logout_url), "./")
        return self._page(notice, self._place(words))

    async def _error(self, request: Request) -> Response:
        words = _words(request)
        id = request.query("id") or request.query("error")
        found = await self._desk.error(id, request) if id else None
        if found is None:
            return self._missing(request)
        return self._page(notices.stored_error(found, words, "./"), self._place(words))

    async def _inbox_page(self, inbox: Inbox, request: Request) -> Response:
        words = _words(request)
        found = await inbox.messages(request.query("recipient"))
        return self._page(inbox_view(found, words, self._clock.now()), self._place(words))

    async def _end_session(self, request: Request) -> Response:
        words = _words(request)
        session_id = canonical_uuid(_form_value(request, "session"))
        if session_id is not None and request.header("sec-fetch-site") not in {"cross-site", "same-site"}:
            with suppress(SessionNotEnded):
                await self._desk.end_session(request, session_id)
                return Response(status=303, headers=redirect_headers(_UP))
        return self._page(notices.not_ended(words, _UP), self._place(words, root=_UP), status=403)

    def _missing(self, request: Request) -> Response:
        words = _words(request)
        deep = _UP * min(request.path.removeprefix(ROOT).count("/"), _DEEPEST)
        return self._page(notices.missing(words, deep or "./"), self._place(words, root=deep), status=404)

    def _place(self, words: Wording, *, root: str = "", query: str = "", nonce: str = "") -> Place:
        offered = frozenset(kind.value for kind in self._desk.offered())
        return Place(wording=words, brand=self._brand, root=root, nonce=nonce, offered=offered, return_query=query)

    def _page(
        self,
        view: FlowView | HomeView | InboxView | NoticeView,
        place: Place,
        *,
        status: int = 200,
        targets: tuple[str, ...] = (),
    ) -> Response:
        body = self._loaded().page(view, place)
        return Response(status=status, headers=page_headers(targets, place.nonce), body=body)

    def _loaded(self) -> "Rendering":
        if self._rendering is None:
            # Jinja2 takes 50 ms to import: a server that only answers an API never needs it.
            from limen.ui.rendering import Rendering  # noqa: PLC0415 - the reason is above

            self._rendering = Rendering()
        return self._rendering


def _words(request: Request) -> Wording:
    return wording(negotiate(request.header("accept-language"), LANGUAGES))


def _form_value(request: Request, name: str) -> str:
    """The last value of that name in a posted form; empty for other bodies."""
    if request.header("content-type").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        return ""
    try:
        items = parse_qsl(request.body.decode(), keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return ""
    return next((value for key, value in reversed(items) if key == name), "")


def _not_allowed(methods: str) -> Response:
    return Response(status=405, headers=(("allow", methods), ("content-type", "text/plain; charset=utf-8")))
