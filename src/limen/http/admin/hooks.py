"""How do operators see which hooks ran in a flow? Ours (docs/wire.md)."""

from collections.abc import Mapping

from limen.app.hooks import journal
from limen.http.doorway import Doorway
from limen.http.respond import json_response
from limen.http.routes import Route
from limen.kernel.http_values import Request, Response
from limen.wire import hooks as wire


class AdminHookRoutes:
    """The routes about hooks."""

    def __init__(self, doorway: Doorway) -> None:
        self._doorway = doorway

    def table(self) -> Mapping[str, Mapping[str, Route]]:
        return {"/admin/flows/{id}/hooks": {"GET": Route(self.of_flow)}}

    async def of_flow(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        id = request.captured["id"]
        return json_response(wire.runs(id.lower(), await journal.of_flow(scope, id)))
