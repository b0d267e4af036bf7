"""Which routes does each listener have? The public and the admin application, from the tables of their parts."""

from collections.abc import Mapping, Sequence

import msgspec

from limen.bootstrap.engines import Engines
from limen.http.admin.audit import AuditRoutes
from limen.http.admin.courier import AdminCourierRoutes
from limen.http.admin.guard import AdminGuard
from limen.http.admin.hooks import AdminHookRoutes
from limen.http.admin.identities import AdminIdentityRoutes
from limen.http.admin.metrics import MetricsRoutes
from limen.http.admin.recovery import AdminRecoveryRoutes
from limen.http.admin.sessions import AdminSessionRoutes
from limen.http.application import Application, Manner
from limen.http.cors import Cors
from limen.http.cross_port import admin_path, to_admin, to_public
from limen.http.doorway import Doorway
from limen.http.eras.paths import OldAddresses
from limen.http.openapi.routes import OpenApiRoutes
from limen.http.public.error_pages import ErrorPageRoutes
from limen.http.public.flows import FlowRoutes
from limen.http.public.health import HealthRoutes, Readiness
from limen.http.public.inbox import InboxRoutes
from limen.http.public.logout import LogoutRoutes
from limen.http.public.schemas import SchemaRoutes
from limen.http.public.sessions import OwnSessionRoutes
from limen.http.public.well_known import WellKnownRoutes
from limen.http.public.whoami import WhoAmI
from limen.http.request_log import RequestLines
from limen.http.respond import Responder
from limen.http.routes import ANY, Route, Routes
from limen.ports.session_reader import SessionReader
from limen.ui.pages import Pages

WHOAMI = "/sessions/whoami"


class Listeners(msgspec.Struct, frozen=True):
    public: Application
    admin: Application


def listeners(
    doorway: Doorway,
    responder: Responder,
    readiness: Readiness,
    reader: SessionReader,
    flows: Engines,
    pages: Pages,
) -> Listeners:
    """Both applications. `whoami` is answered before any route is looked for (docs/adr/0007)."""
    source = doorway.source
    health = HealthRoutes(readiness, source)
    schemas = SchemaRoutes(doorway)
    whoami = WhoAmI(doorway, reader)
    kinds = {engine.spec.kind: FlowRoutes(engine, doorway, responder) for engine in flows.all}
    older = OldAddresses(source, doorway, responder, kinds)
    openapi = OpenApiRoutes(source)
    public = [
        *(routes.table() for routes in kinds.values()),
        LogoutRoutes(doorway, responder).table(),
        OwnSessionRoutes(doorway).table(),
        ErrorPageRoutes(doorway).table(),
        schemas.table(),
        WellKnownRoutes(source).table(),
        health.public_table(),
        {"/ui": {"GET": Route(pages)}, "/ui/{page:path}": {"GET": Route(pages), "POST": Route(pages)}},
        InboxRoutes(pages.inbox).table() if pages.inbox else {},
        openapi.public_table(),
        to_admin(source),
        {WHOAMI: {ANY: Route(whoami)}},
    ]
    outside = Manner(
        base_url=lambda: source.current().serve.public.base_url,
        cors=Cors(source),
        hot_path=WHOAMI,
        hot=whoami,
        older=older.public,
        tokens_first=True,
        lines=RequestLines(doorway.services.log, source, "public"),
    )
    services = doorway.services
    inside = Manner(
        base_url=lambda: source.current().serve.admin.base_url,
        rewritten=admin_path,
        older=older.admin,
        inside=True,
        lines=RequestLines(doorway.services.log, source, "admin"),
        guard=AdminGuard(services.storage, source, services.clock, services.log),
    )
    public_routes, admin_routes = Routes(joined(public)), Routes(joined(_admin_tables(doorway, flows, health, openapi)))
    openapi.tells_of(public_routes, admin_routes)
    return Listeners(
        public=Application(doorway, responder, public_routes, outside),
        admin=Application(doorway, responder, admin_routes, inside),
    )


def _admin_tables(
    doorway: Doorway, flows: Engines, health: HealthRoutes, openapi: OpenApiRoutes
) -> Sequence[Mapping[str, Mapping[str, Route]]]:
    return [
        AdminIdentityRoutes(doorway).table(),
        AdminSessionRoutes(doorway).table(),
        AdminRecoveryRoutes(doorway, flows.recovery.prepared).table(),
        AdminCourierRoutes(doorway).table(),
        AuditRoutes(doorway).table(),
        MetricsRoutes(doorway.services.meter.told).table(),
        AdminHookRoutes(doorway).table(),
        health.admin_table(),
        openapi.admin_table(),
        to_public(doorway.source),
    ]


def joined(tables: Sequence[Mapping[str, Mapping[str, Route]]]) -> dict[str, dict[str, Route]]:
    """The tables as one; of two that answer the same path and method the first counts."""
    whole: dict[str, dict[str, Route]] = {}
    for table in tables:
        for path, methods in table.items():
            whole[path] = {**methods, **whole.get(path, {})}
    return whole
