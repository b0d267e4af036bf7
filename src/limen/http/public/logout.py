"""How is signing out called? (HTTP-23 … HTTP-25)"""

from collections.abc import Mapping

from limen.app.flows import logout
from limen.http.body import submission
from limen.http.doorway import Doorway
from limen.http.respond import NO_CONTENT, Responder, json_response
from limen.http.routes import Errors, Route
from limen.kernel.errors import MalformedInput
from limen.kernel.http_values import Request, Response
from limen.wire.flow import LogoutUrl


class LogoutRoutes:
    def __init__(self, doorway: Doorway, responder: Responder) -> None:
        self._doorway = doorway
        self._responder = responder

    def table(self) -> Mapping[str, Mapping[str, Route]]:
        return {
            "/self-service/logout/browser": {"GET": Route(self.begin, Errors.NEGOTIATED)},
            "/self-service/logout": {"GET": Route(self.perform, Errors.NEGOTIATED)},
            "/self-service/logout/api": {"DELETE": Route(self.perform_native)},
        }

    async def begin(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        start = logout.begin(scope, request.query("return_to"))
        return json_response(LogoutUrl(logout_url=start.url, logout_token=start.token))

    async def perform(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        reply = await logout.perform(scope, request.query("token"), request.query("return_to"))
        return await self._responder.respond(scope, request, reply, scope.client)

    async def perform_native(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        body = submission(request)
        token = body.fields.get("session_token", "")
        if body.unreadable or not isinstance(token, str):
            raise MalformedInput(body.unreadable or "The session_token has to be text.")
        await logout.perform_native(scope, token)
        return Response(status=NO_CONTENT)
