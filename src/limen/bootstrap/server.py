"""How does the server run and stop? Two listeners in one loop, drained before they close (HTTP-104, OPS-08)."""

import asyncio
import gc
import logging
import os
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from socket import socket  # noqa: TID251 (the type that uvicorn names)
from typing import Final

import uvicorn
import uvloop

from limen.adapters.logs import LibraryLog
from limen.adapters.tls import server_context
from limen.adapters.unix_socket import permit
from limen.app.courier.inbox import is_open
from limen.app.flows.owed import EVERY
from limen.bootstrap.build import House, build
from limen.config.load import LoadedConfig, LoadRequest
from limen.config.serve import AdminListener, PublicListener, Socket
from limen.config.watch import Watcher
from limen.http.application import Application
from limen.http.limits import AdminLimits, LimitedHttpToolsProtocol
from limen.kernel.errors import LimenError
from limen.kernel.tasks import Tasks
from limen.kernel.urls import joined

_DRAIN_SECONDS: Final = 30
_CLEAN_SECONDS: Final = 300
_CLEAN_BATCH: Final = 500
_KEPT: Final = timedelta(hours=24)
"""How long what has expired is kept before it is deleted (security.md §2.1)."""


def serve(request: LoadRequest, announce: Callable[[str], None]) -> None:
    """Run until SIGTERM or SIGINT. `announce` is told where to click once both listeners are up."""
    uvloop.run(_serve(request, announce))


async def _serve(request: LoadRequest, announce: Callable[[str], None]) -> None:
    house = await build(request)
    gc.freeze()  # what a start made stays: no later search for garbage walks through it, which would hold everybody up
    log = house.services.log
    logging.getLogger().addHandler(LibraryLog(log))
    tasks = Tasks(lambda name, error: log.error("a background task ended", task=name, error=type(error).__name__))
    servers = _servers(house)
    _on_signal(house, servers)
    tasks.start("configuration", _watch(house))
    tasks.start("clean-up", _clean(house))
    tasks.start("journal of hooks", house.journal.run())
    tasks.start("deliveries", house.deliverer.run())
    tasks.start("outbox", _send(house))
    tasks.start("left over", _make_what_is_owed(house))
    tasks.start("announcement", _announced(house, servers, announce))
    try:
        await asyncio.gather(*(server.serve() for server in servers))
    finally:
        await house.services.aside.settled()
        await asyncio.gather(house.outbox.stop(_DRAIN_SECONDS), house.deliverer.stop(_DRAIN_SECONDS))
        await tasks.stop()
        await house.close()


def _servers(house: House) -> tuple["QuietServer", ...]:
    config = house.source.current()
    public, admin = config.serve.public, config.serve.admin
    return (
        server_of(house.listeners.public, public, LimitedHttpToolsProtocol, "serve.public"),
        server_of(house.listeners.admin, admin, AdminLimits, "serve.admin"),
    )


def server_of(
    app: Application, where: PublicListener | AdminListener, limits: type[LimitedHttpToolsProtocol], key: str
) -> "QuietServer":
    """A server for one listener. Raises TlsUnusable."""
    path = where.host.removeprefix("unix:") if where.host.startswith("unix:") else None
    config = uvicorn.Config(
        app,
        host=where.host,
        uds=path,
        port=where.port,
        http=limits,
        loop="none",
        lifespan="off",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
    )
    config.load()
    config.ssl = server_context(where.tls, f"{key}.tls") if where.tls is not None else None
    return QuietServer(config, where.socket if path is not None else None)


class QuietServer(uvicorn.Server):
    """A uvicorn server that leaves signals to us: two of them live in one process."""

    def __init__(self, config: uvicorn.Config, file: Socket | None = None) -> None:
        super().__init__(config)
        self._file = file

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Listen; a socket in a file gets its owner and its permissions before anybody is told of it."""
        await super().startup(sockets)
        if self._file is not None and self.config.uds is not None:
            permit(self.config.uds, self._file)


def _on_signal(house: House, servers: tuple[QuietServer, ...]) -> None:
    """First be not ready, then answer what is under way, then close; a second signal does not wait."""

    def stop() -> None:
        for server in servers:
            server.force_exit = server.should_exit
            server.should_exit = True
        house.readiness.draining = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)


async def _announced(house: House, servers: tuple[QuietServer, ...], announce: Callable[[str], None]) -> None:
    while not all(server.started for server in servers):  # noqa: ASYNC110 (uvicorn offers no event to wait for)
        await asyncio.sleep(0.01)
    config = house.source.current()
    house.services.log.info(
        "ready",
        pages=joined(config.serve.public.base_url, "ui") + "/",
        public=config.serve.public.base_url,
        admin=config.serve.admin.base_url,
        process=os.getpid(),
    )
    announce(joined(config.serve.public.base_url, "ui") + "/")


async def _watch(house: House) -> None:
    log = house.services.log

    def refused(error: LimenError) -> None:
        log.error("the changed configuration is refused, the old one stays in force", reason=error.reason)

    def changed(loaded: LoadedConfig) -> None:
        log.info("the changed configuration is in force", revision=loaded.config.revision)
        for warning in loaded.warnings:
            log.warning(warning.text, key=warning.key)

    await Watcher(house.source, refused=refused, changed=changed, adopt=house.adopt).run()


async def _send(house: House) -> None:
    """Empty the outbox from this process: when told to, and into the inbox while one develops."""
    config = house.source.current()
    if config.watch_courier or is_open(config):
        await house.outbox.run()


async def _make_what_is_owed(house: House) -> None:
    """Look for messages that were promised by a process that is gone: at once, and every few seconds (docs/adr/0016)."""
    while True:
        try:
            await house.owed.round()
        except LimenError as error:
            house.services.log.warning("what is owed cannot be looked up now", reason=error.reason)
        await asyncio.sleep(EVERY)


async def _clean(house: House) -> None:
    """Delete what expired a day ago, in small batches, for ever; a database that is away is asked again later."""
    services = house.services
    while True:
        before = services.clock.now() - _KEPT
        removed = 0
        try:
            removed = await services.storage.remove_expired(before, _CLEAN_BATCH)
        except LimenError as error:
            services.log.warning("what has expired cannot be removed now", reason=error.reason)
        await asyncio.sleep(1 if removed == _CLEAN_BATCH else _CLEAN_SECONDS)
