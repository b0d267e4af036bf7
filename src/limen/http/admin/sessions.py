"""How do operators look at sessions, prolong and end them over HTTP? (HTTP-69 … HTTP-75)"""

from collections.abc import Mapping
from typing import Final

from limen.app.sessions import listing, manage
from limen.app.sessions.extend import extend
from limen.http.admin import queries
from limen.http.admin.bodies import decoded
from limen.http.doorway import Doorway
from limen.http.page_links import keyset_links, mixed_links
from limen.http.paging import numbered
from limen.http.respond import NO_CONTENT, OK, json_response
from limen.http.routes import Route
from limen.kernel.http_values import Request, Response
from limen.wire import admin as wire

_JSON_TYPE: Final = ("content-type", "application/json; charset=utf-8")


class AdminSessionRoutes:
    """The routes below `/admin/sessions`, and those of one person's sessions."""

    def __init__(self, doorway: Doorway) -> None:
        self._doorway = doorway

    def table(self) -> Mapping[str, Mapping[str, Route]]:
        return {
            "/admin/sessions": {"GET": Route(self.page), "POST": Route(self.end_many)},
            "/admin/sessions/{id}": {"GET": Route(self.one), "DELETE": Route(self.end)},
            "/admin/sessions/{id}/extend": {"PATCH": Route(self.extend)},
            "/admin/identities/{id}/sessions": {"GET": Route(self.of_identity), "DELETE": Route(self.remove_all)},
        }

    async def page(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        window, active, expand = queries.session_page(request), queries.active_of(request), queries.expansions(request)
        found = await listing.everybody(scope, active, window.page)
        next = queries.session_token(found.sessions[-1].session) if found.more else ""
        base, now = scope.config.serve.public.base_url, scope.services.clock.now()
        shown = [wire.listed(each, base, now, expand) for each in found.sessions]
        return json_response(shown, OK, *keyset_links(request, window.size, queries.FIRST_SESSIONS, next))

    async def one(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        expand = queries.expansions(request)
        found = await listing.one(scope, request.captured["id"])
        now = scope.services.clock.now()
        return json_response(wire.single(found, scope.config.serve.public.base_url, now, expand))

    async def end(self, request: Request) -> Response:
        await manage.end(await self._doorway.scope(request), request.captured["id"])
        return Response(status=NO_CONTENT, headers=(_JSON_TYPE,))

    async def end_many(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        return json_response(await manage.end_many(scope, decoded(request, manage.Bulk)))

    async def extend(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        found = await extend(scope, request.captured["id"])
        if scope.config.feature_flags.faster_session_extend:
            return Response(status=NO_CONTENT)
        return json_response(wire.extended(found, scope.config.serve.public.base_url, scope.services.clock.now()))

    async def of_identity(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        window = numbered(request)
        found = await listing.of_identity(scope, request.captured["id"], queries.active_of(request), window.page)
        now = scope.services.clock.now()
        shown = [wire.of_person(each, now) for each in found.sessions]
        return json_response(shown, OK, *mixed_links(request, window, found.total))

    async def remove_all(self, request: Request) -> Response:
        await manage.remove_all(await self._doorway.scope(request), request.captured["id"])
        return Response(status=NO_CONTENT)
