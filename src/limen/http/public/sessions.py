"""What can people ask about their own sessions? The list, ending one, ending the others (HTTP-32 … HTTP-34)."""

from collections.abc import Mapping

import msgspec

from limen.app.errors import BadParameter
from limen.app.flows import logout
from limen.app.sessions import own
from limen.domain.ids import SessionId, canonical_uuid
from limen.http.body import submission
from limen.http.doorway import Doorway
from limen.http.paging import numbered, page_headers
from limen.http.respond import JSON_TYPE, NO_CONTENT, json_response
from limen.http.routes import Route
from limen.kernel.http_values import Request, Response
from limen.wire import identity as wire_identity
from limen.wire import session as wire_session


class EndedCount(msgspec.Struct, frozen=True):
    count: int


class OwnSessionRoutes:
    def __init__(self, doorway: Doorway) -> None:
        self._doorway = doorway

    def table(self) -> Mapping[str, Mapping[str, Route]]:
        return {
            "/sessions": {"GET": Route(self.others), "DELETE": Route(self.end_others)},
            "/sessions/{id}": {"DELETE": Route(self.end_one)},
        }

    async def others(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        window = numbered(request)
        found = await own.others(scope, window.page)
        now = scope.services.clock.now()
        shown = [
            wire_session.session(item.session, wire_identity.listed(item.identity), now=now) for item in found.sessions
        ]
        return json_response(shown, 200, *page_headers(request, window, found.total))

    async def end_others(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        body = submission(request) if request.body else None
        if scope.session is None and body is not None and body.text("session_token"):
            # clients of v0.5 and v0.6 sign native apps out this way (dialects.md §5.1 B); today's call has no body
            await logout.perform_native(scope, body.text("session_token"))
            return Response(status=NO_CONTENT)
        return json_response(EndedCount(await own.end_others(scope)))

    async def end_one(self, request: Request) -> Response:
        id = canonical_uuid(request.captured["id"])
        scope = await self._doorway.scope(request)
        if id is None:
            raise BadParameter("This is no session id.")
        await own.end_one(scope, SessionId(id))
        # the type of a body that is not there: clients of the original see it (tests/wire)
        return Response(status=NO_CONTENT, headers=(JSON_TYPE,))
