"""How is the outbox emptied by a process of its own? Like the server's own courier, without the listeners (CLI-02)."""

import asyncio
import signal

import uvloop

from limen.bootstrap.build import build
from limen.config.load import LoadRequest
from limen.kernel.tasks import Tasks


def watch(request: LoadRequest) -> None:
    """Send messages until SIGTERM or SIGINT; those under way are finished first."""
    uvloop.run(_watch(request))


async def _watch(request: LoadRequest) -> None:
    house = await build(request)
    log = house.services.log
    stopping = asyncio.Event()
    tasks = Tasks(lambda name, error: log.error("a background task ended", task=name, error=type(error).__name__))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    tasks.start("outbox", house.outbox.run())
    log.info("the courier is at work")
    try:
        await stopping.wait()
    finally:
        await house.outbox.stop()
        await tasks.stop()
        await house.close()
