"""How do operators make, find, change and remove identities over HTTP? (HTTP-60 … HTTP-68)"""

from collections.abc import Mapping
from typing import Final

from limen.app.identities import batch, create, credential_removal, delete, find, listing, patch, update
from limen.app.identities.json_patch import PatchStep
from limen.app.scope import Scope
from limen.domain.identity.identity import Identity
from limen.http.admin import queries
from limen.http.admin.bodies import decoded
from limen.http.admin.conditions import expected, versioned
from limen.http.doorway import Doorway
from limen.http.page_links import keyset_links, page_links
from limen.http.respond import NO_CONTENT, OK, json_response
from limen.http.routes import Route
from limen.kernel.http_values import Request, Response
from limen.kernel.urls import joined
from limen.wire import admin as wire

CREATED: Final = 201


class AdminIdentityRoutes:
    """The routes below `/admin/identities`, but for sessions."""

    def __init__(self, doorway: Doorway) -> None:
        self._doorway = doorway

    def table(self) -> Mapping[str, Mapping[str, Route]]:
        return {
            "/admin/identities": {
                "GET": Route(self.page),
                "POST": Route(self.create),
                "PATCH": Route(self.create_many),
            },
            "/admin/identities/by/external/{external_id:path}": {"GET": Route(self.by_external_id)},
            "/admin/identities/{id}": {
                "GET": Route(self.one),
                "PUT": Route(self.replace),
                "PATCH": Route(self.patch),
                "DELETE": Route(self.delete),
            },
            "/admin/identities/{id}/credentials/{type}": {"DELETE": Route(self.remove_credential)},
        }

    async def page(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        what, configs = queries.identity_filter(request), queries.included(request)
        window = queries.identity_page(request)
        credentials = bool(configs or what.identifiers is not None or what.identifier_prefix is not None)
        found = await listing.page(scope, what, window.page, plain=not credentials)
        if isinstance(window, queries.Numbered):
            links = page_links(request, window.number, window.size, await listing.total(scope, what))
        else:
            next = found.identities[-1].id if found.more else ""
            links = keyset_links(request, window.size, queries.NIL, next)
        base = _public(scope)
        shown = [wire.read(each, base, credentials=credentials, configs=configs) for each in found.identities]
        return json_response(shown, OK, *links)

    async def create(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        identity = await create.create(scope, decoded(request, create.NewIdentity))
        location = joined(scope.config.serve.admin.base_url, "identities", identity.id)
        return json_response(wire.created(identity, _public(scope)), CREATED, ("location", location))

    async def create_many(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        return json_response(wire.batch(await batch.create_all(scope, decoded(request, batch.Batch, any_type=True))))

    async def one(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        return self._read(scope, request, await find.by_id(scope, request.captured["id"]))

    async def by_external_id(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        return self._read(scope, request, await find.by_external_id(scope, request.captured["external_id"]))

    async def replace(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        new = decoded(request, update.Replacement)
        identity = await update.replace(scope, request.captured["id"], new, expected(request))
        return versioned(request, json_response(wire.replaced(identity, _public(scope))), identity)

    async def patch(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        steps = decoded(request, tuple[PatchStep, ...], any_type=True)
        identity = await patch.patch(scope, request.captured["id"], steps, expected(request))
        return versioned(request, json_response(wire.read(identity, _public(scope))), identity)

    async def delete(self, request: Request) -> Response:
        await delete.delete(await self._doorway.scope(request), request.captured["id"], expected(request))
        return Response(status=NO_CONTENT)

    async def remove_credential(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        id, type = request.captured["id"], request.captured["type"]
        await credential_removal.remove(scope, id, type, request.query("identifier"), expected(request))
        return Response(status=NO_CONTENT)

    def _read(self, scope: Scope, request: Request, identity: Identity) -> Response:
        expected(request).check(identity)
        shown = wire.read(identity, _public(scope), configs=queries.included(request))
        return versioned(request, json_response(shown), identity)


def _public(scope: Scope) -> str:
    return scope.config.serve.public.base_url
