"""How do operators look at messages over HTTP? (HTTP-78, HTTP-79, PAGE-05, PAGE-06)"""

from collections.abc import Mapping
from typing import Final

from limen.app.courier import outbox
from limen.app.errors import BadPageToken, BadParameter
from limen.app.sessions.listing import key_time
from limen.domain.courier.letter import Letter, LetterStatus
from limen.http.doorway import Doorway
from limen.http.page_links import keyset_links
from limen.http.page_places import Places
from limen.http.respond import OK, json_response
from limen.http.routes import Route
from limen.kernel.http_values import Request, Response
from limen.ports.storage import LetterFilter, Page
from limen.wire import courier as wire

_DEFAULT_SIZE: Final = 10
_MOST: Final = 500
_PLACES: Final = Places("page of messages")


class AdminCourierRoutes:
    """The routes below `/admin/courier`."""

    def __init__(self, doorway: Doorway) -> None:
        self._doorway = doorway

    def table(self) -> Mapping[str, Mapping[str, Route]]:
        return {
            "/admin/courier/messages": {"GET": Route(self.page)},
            "/admin/courier/messages/{id}": {"GET": Route(self.one)},
        }

    async def page(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        size = _size(request.query("page_size"))
        token = request.query("page_token")
        page = Page(limit=size, after=_PLACES.opened(scope, token) if token else ())
        found = await outbox.listed(scope, _filter(request), page)
        next = _PLACES.after(scope, *_key(found.letters[-1])) if found.more else ""
        shown = [wire.message(letter, readable=scope.config.dev) for letter in found.letters]
        return json_response(shown, OK, *keyset_links(request, size, _PLACES.first(scope), next))

    async def one(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        letter, dispatches = await outbox.one(scope, request.captured["id"])
        return json_response(wire.message(letter, dispatches, readable=scope.config.dev))


def _filter(request: Request) -> LetterFilter:
    status: LetterStatus | None = None
    if "status" in {name for name, _ in request.query_items()}:
        try:
            status = LetterStatus(request.query("status"))
        except ValueError as error:
            known = ", ".join(LetterStatus)
            raise BadParameter(f"The parameter `status` has to be one of {known}.") from error
    return LetterFilter(status=status, recipient=request.query("recipient"))


def _key(letter: Letter) -> tuple[str, str]:
    return key_time(letter.created_at), letter.id


def _size(text: str) -> int:
    if not text:
        return _DEFAULT_SIZE
    if not (text.isascii() and text.isdigit() and len(text) <= 9):  # noqa: PLR2004 (fits 32 bits)
        raise BadPageToken("The parameter `page_size` has to be a number.")
    return min(int(text), _MOST) or _DEFAULT_SIZE
