"""Which old addresses are served, and by what of today's? Those of v0.1 to v0.4 and of v0.5 (dialects.md §3.2)."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from limen.app.flows import logout
from limen.config.source import ConfigSource
from limen.config.switches import OldPaths
from limen.domain.flow.kinds import FlowKind
from limen.http.doorway import Doorway
from limen.http.eras.translate import answered, as_browser, sent_to, started
from limen.http.public.flows import FlowRoutes
from limen.http.respond import Responder, json_response
from limen.http.routes import Errors, Found, Route, Routes
from limen.kernel.http_values import Request, Response
from limen.wire.eras import request as old_form
from limen.wire.eras import submitted_to

_FIRST: Final = "/self-service/browser/flows"
_METHODS: Final = {
    FlowKind.LOGIN: ("password",),
    FlowKind.REGISTRATION: ("password",),
    FlowKind.SETTINGS: ("password", "profile"),
    FlowKind.RECOVERY: ("link",),
    FlowKind.VERIFICATION: ("link",),
}
_ONCE_CALLED: Final = {"profile": FlowKind.SETTINGS, **{kind.value: kind for kind in FlowKind}}
"""What flows were called in paths; settings were the profile in v0.1."""


class OldAddresses:
    """The tables of both listeners, and whether they hold at the moment: the configuration's age decides."""

    def __init__(
        self, source: ConfigSource, doorway: Doorway, responder: Responder, flows: Mapping[FlowKind, FlowRoutes]
    ) -> None:
        self._source = source
        self._doorway = doorway
        self._responder = responder
        self._flows = flows
        goodbye = {f"{_FIRST}/logout": {"GET": Route(self._sign_out, Errors.NEGOTIATED)}}
        first = {**goodbye, **self._first()}
        self._public: Mapping[OldPaths, Routes] = {
            "v0.1": Routes(first),
            "v0.4": Routes(first),
            "v0.5": Routes({**goodbye, **self._fifth()}),
        }
        admin = Routes({f"/admin{path}": methods for path, methods in self._read("operator").items()})
        self._admin: Mapping[OldPaths, Routes] = {"v0.1": admin, "v0.4": admin}

    def public(self, path: str) -> Found | None:
        """What answers an old path on the public listener, if anything does."""
        return _found(self._public, self._age(), path)

    def admin(self, path: str) -> Found | None:
        """What answers an old path on the admin listener, if anything does: forms were read there without cookies."""
        return _found(self._admin, self._age(), path)

    # -- tables ---------------------------------------------------------------------------------------------------------

    def _first(self) -> dict[str, dict[str, Route]]:
        table = {
            f"{_FIRST}/{name}": {"GET": Route(partial(self._start, kind), Errors.NEGOTIATED)}
            for name, kind in _ONCE_CALLED.items()
        }
        table[f"{_FIRST}/verification/{{via}}"] = table[f"{_FIRST}/verification"]
        for kind, methods in _METHODS.items():
            for method in methods:
                table[f"/{submitted_to(kind, method)}"] = {"POST": self._submitted(kind, method, ids_only=False)}
        table[f"{_FIRST}/profile/update"] = {"POST": self._submitted(FlowKind.SETTINGS, "profile", ids_only=False)}
        return {**table, **self._read("visitor")}

    def _fifth(self) -> dict[str, dict[str, Route]]:
        return {
            f"/self-service/{kind.value}/methods/{method}": {"POST": self._submitted(kind, method, ids_only=True)}
            for kind, methods in _METHODS.items()
            for method in methods
        }

    def _read(self, reader: str) -> dict[str, dict[str, Route]]:
        return {
            f"{_FIRST}/requests/{name}": {"GET": Route(partial(self._fetch, kind, reader == "operator"))}
            for name, kind in _ONCE_CALLED.items()
        }

    def _submitted(self, kind: FlowKind, method: str, *, ids_only: bool) -> Route:
        return Route(partial(self._submit, kind, method, ids_only), Errors.NEGOTIATED)

    # -- answers --------------------------------------------------------------------------------------------------------

    async def _start(self, kind: FlowKind, request: Request) -> Response:
        return answered(await self._flows[kind].create_browser(started(as_browser(request))))

    async def _fetch(self, kind: FlowKind, by_operator: bool, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        shown = await self._flows[kind].read(scope, request.query("request"), by_operator=by_operator)
        config = scope.config
        return json_response(
            old_form(shown.flow, config.serve.public.base_url, with_ids=config.dialect.old_paths != "v0.1")
        )

    async def _submit(self, kind: FlowKind, method: str, ids_only: bool, request: Request) -> Response:
        asked = request if ids_only else as_browser(request)
        return answered(await self._flows[kind].submit(sent_to(asked, method)), ids_only=ids_only)

    async def _sign_out(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        reply = await logout.at_once(scope, request.query("return_to"))
        return answered(await self._responder.respond(scope, as_browser(request), reply, scope.client))

    def _age(self) -> OldPaths:
        return self._source.current().dialect.old_paths


def _found(tables: Mapping[OldPaths, Routes], age: OldPaths, path: str) -> Found | None:
    routes = tables.get(age)
    return routes.find(path) if routes is not None else None
