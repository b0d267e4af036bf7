"""Where is the API document read? `/openapi.json` and `/openapi.yaml`; on the public port only where the operator agrees."""

from collections.abc import Mapping
from typing import Final

import msgspec

from limen.config.source import ConfigSource
from limen.http.openapi.operations import Port
from limen.http.respond import json_response
from limen.http.routes import Route, Routes
from limen.kernel.http_values import Request, Response
from limen.kernel.json_doc import JsonObject

Table = Mapping[str, Mapping[str, Route]]
_YAML: Final = ("content-type", "application/yaml; charset=utf-8")
_NOTHING: Final = Response(
    status=404,
    headers=(("content-type", "text/plain; charset=utf-8"),),
    body=b"There is nothing at this address.\n",
)


class OpenApiRoutes:
    """Both documents. Nothing is made, nor even imported, before somebody asks (docs/api.md).

    The admin port tells of both listeners, the public one of itself alone.
    """

    def __init__(self, source: ConfigSource) -> None:
        self._source = source
        self._served: Mapping[Port, Routes] = {}
        self._made: dict[tuple[Port, ...], tuple[tuple[str, ...], JsonObject]] = {}

    def tells_of(self, public: Routes, admin: Routes) -> None:
        """Which routes there are: the finished tables, with those of this class."""
        self._served = {Port.PUBLIC: public, Port.ADMIN: admin}

    def public_table(self) -> Table:
        return {
            "/openapi.json": {"GET": Route(self.public_json)},
            "/openapi.yaml": {"GET": Route(self.public_yaml)},
        }

    def admin_table(self) -> Table:
        return {
            "/admin/openapi.json": {"GET": Route(self.admin_json)},
            "/admin/openapi.yaml": {"GET": Route(self.admin_yaml)},
        }

    async def public_json(self, request: Request) -> Response:
        return json_response(self._document(Port.PUBLIC)) if self._agreed() else _NOTHING

    async def public_yaml(self, request: Request) -> Response:
        return _as_yaml(self._document(Port.PUBLIC)) if self._agreed() else _NOTHING

    async def admin_json(self, request: Request) -> Response:
        return json_response(self._document(Port.PUBLIC, Port.ADMIN))

    async def admin_yaml(self, request: Request) -> Response:
        return _as_yaml(self._document(Port.PUBLIC, Port.ADMIN))

    def _agreed(self) -> bool:
        config = self._source.current()
        return config.dev or config.serve.public.openapi

    def _document(self, *ports: Port) -> JsonObject:
        """The document as the configuration in force has it; made anew when that says something else."""
        from limen.http.openapi.document import Surroundings, document, route_of  # noqa: PLC0415 (costs 20 ms)

        config = self._source.current()
        urls = {Port.PUBLIC: config.serve.public.base_url, Port.ADMIN: config.serve.admin.base_url}
        around = Surroundings(tuple((port, urls[port]) for port in ports), config.session.cookie.name)
        known = (*(urls[port] for port in ports), around.cookie)
        if (found := self._made.get(ports)) is not None and found[0] == known:
            return found[1]
        served = {
            port: {route_of(path): methods for path, methods in routes.methods().items()}
            for port, routes in self._served.items()
        }
        made = document(served, around)
        self._made[ports] = (known, made)
        return made


def _as_yaml(document: JsonObject) -> Response:
    return Response(headers=(_YAML,), body=msgspec.yaml.encode(document))
