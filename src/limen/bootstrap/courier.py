"""How is the outbox emptied by a process of its own? Like the server's own courier, without the listeners (CLI-02)."""

import asyncio
import signal

import msgspec
import uvloop

from limen.bootstrap.build import House, build
from limen.bootstrap.listeners import joined
from limen.bootstrap.server import server_of
from limen.config.load import LoadRequest
from limen.http.admin.metrics import MetricsRoutes
from limen.http.application import Application, Manner
from limen.http.cross_port import admin_path
from limen.http.doorway import Doorway
from limen.http.error_pages import ErrorPages
from limen.http.limits import AdminLimits
from limen.http.public.health import HealthRoutes
from limen.http.respond import Responder
from limen.http.routes import Routes
from limen.kernel.tasks import Tasks


def watch(request: LoadRequest, port: int | None = None) -> None:
    """Send messages until SIGTERM or SIGINT; those under way are finished first.

    Metrics are told on `port` of the admin interface's host; without one, on `expose-metrics-port` of the configuration.
    """
    uvloop.run(_watch(request, port))


def figures(house: House) -> Application:
    """What operators may ask a courier: how it is, and what it did."""
    doorway = Doorway(house.source, house.services)
    table = joined(
        [MetricsRoutes(house.services.meter.told).table(), HealthRoutes(house.readiness, house.source).admin_table()]
    )
    manner = Manner(base_url=lambda: house.source.current().serve.admin.base_url, rewritten=admin_path, inside=True)
    return Application(doorway, Responder(ErrorPages()), Routes(table), manner)


async def _watch(request: LoadRequest, port: int | None) -> None:
    house = await build(request)
    log = house.services.log
    stopping = asyncio.Event()
    tasks = Tasks(lambda name, error: log.error("a background task ended", task=name, error=type(error).__name__))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    tasks.start("outbox", house.outbox.run())
    config = house.source.current()
    if chosen := config.expose_metrics_port if port is None else port:
        server = server_of(
            figures(house), msgspec.structs.replace(config.serve.admin, port=chosen), AdminLimits, "serve.admin"
        )
        tasks.start("metrics", server.serve())
    log.info("the courier is at work")
    try:
        await stopping.wait()
    finally:
        await house.outbox.stop()
        await tasks.stop()
        await house.close()
