"""What do identities look like here? The identity schemas, all or one (HTTP-36, HTTP-37, SCH-21)."""

from collections.abc import Mapping

import msgspec

from limen.http.doorway import Doorway
from limen.http.paging import numbered, page_headers
from limen.http.respond import OK, json_response
from limen.http.routes import Route
from limen.kernel.http_values import Request, Response


class ListedSchema(msgspec.Struct, frozen=True):
    id: str
    schema: msgspec.Raw


class SchemaRoutes:
    """Everybody may read the schemas: forms are made from them."""

    def __init__(self, doorway: Doorway) -> None:
        self._schemas = doorway.services.schemas

    def table(self) -> Mapping[str, Mapping[str, Route]]:
        every, one = {"GET": Route(self.every)}, {"GET": Route(self.one)}
        return {"/schemas": every, "/admin/schemas": every, "/schemas/{id:path}": one, "/admin/schemas/{id:path}": one}

    async def every(self, request: Request) -> Response:
        """One page of the schemas in the order of the configuration; pages are counted from 0 here (PAGE-07)."""
        window = numbered(request, first=0)
        found = self._schemas.all()
        page = found[window.page.offset :][: window.page.limit]
        shown = [ListedSchema(schema.id, schema.document.raw) for schema in page]
        return json_response(shown, OK, *page_headers(request, window, len(found)))

    async def one(self, request: Request) -> Response:
        """The schema as it is configured, by its id or by the id in base64url. Raises SchemaUnknown, SchemaBroken."""
        return json_response(self._schemas.require(request.captured["id"]).document.raw)
