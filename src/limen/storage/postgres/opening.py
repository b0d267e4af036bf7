"""How is a database on a server opened? Its start is waited for, its tables are looked at, then connections are held."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from limen.ports.log import Log
from limen.ports.storage import StorageUnavailable
from limen.storage.errors import DsnRefused
from limen.storage.migrations import HEAD, require_known
from limen.storage.postgres.address import PostgresTarget
from limen.storage.postgres.connect import dial
from limen.storage.postgres.database import PostgresDatabase
from limen.storage.postgres.door import Dial, Line
from limen.storage.postgres.failures import DRIVER, told
from limen.storage.postgres.pace import Pace
from limen.storage.postgres.pool import Connections
from limen.storage.postgres.schema import lead, on_a_line, refusal, version_of

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0
_RETRY_FIRST: Final = 0.002
_RETRY_LONGEST: Final = 0.5


async def open_postgres(target: PostgresTarget, *, migrate: bool, log: Log | None) -> PostgresDatabase:
    """The database, ready for use. Raises DsnRefused, StorageUnavailable, SchemaOutdated (a newer program's tables)."""
    found = await awaited(target, lambda: dial(target), log, asyncio.sleep)
    try:
        require_known(await version_of(found))
    except DRIVER as error:
        raise told(error) from error
    finally:
        await found.close()
    if migrate:
        await on_a_line(target, lambda line: lead(line, lambda _: HEAD))
    return _held(target)


def replica_of(target: PostgresTarget) -> PostgresDatabase | None:
    """The copies that the address names, if any. Nobody waits for them: the original answers while they are away."""
    if not target.replica:
        return None
    return _held(msgspec.structs.replace(target, address=target.replica, connect_timeout=1.0, command_timeout=2.0))


def _held(target: PostgresTarget) -> PostgresDatabase:
    seed = os.getpid()
    connections = Connections(target, lambda: dial(target), Pace(seed, first=0.05, longest=2.0))
    return PostgresDatabase(connections, Pace(seed, first=_RETRY_FIRST, longest=_RETRY_LONGEST))


async def awaited(
    target: PostgresTarget, dial: Dial, log: Log | None, sleep: Callable[[float], Awaitable[None]]
) -> Line:
    """The first connection, as soon as there is one (OPS-09). Raises DsnRefused at once, StorageUnavailable after the wait."""
    pace, loop = Pace(os.getpid(), first=_FIRST_PAUSE, longest=_LONGEST_PAUSE), asyncio.get_running_loop()
    give_up = loop.time() + target.startup_wait
    attempt = 0
    while True:
        try:
            return await dial()
        except DRIVER as error:
            reason = refusal(error)
            pause = pace.pause(attempt)
            if isinstance(reason, DsnRefused) or loop.time() + pause > give_up:
                if isinstance(reason, DsnRefused):
                    raise reason from error
                waited = f"{reason.reason} Waited for {target.startup_wait:g} s (startup_wait)."
                raise StorageUnavailable(waited) from error
            if log is not None and attempt == 0:
                log.warning(
                    "waiting for the database", reason=reason.reason, at_most_seconds=round(target.startup_wait)
                )
        attempt += 1
        await sleep(pause)
