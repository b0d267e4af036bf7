"""How does PostgreSQL answer? Reads on any connection, units of work in one transaction each, tried again when others got in the way."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

import msgspec

from limen.kernel.errors import LimenError
from limen.ports.meter import Family
from limen.ports.storage import StorageUnavailable
from limen.storage.figures import counter, gauge
from limen.storage.postgres.door import Line
from limen.storage.postgres.failures import DRIVER, guard_of, is_lost, told, try_again, undone
from limen.storage.postgres.fuse import Fused, fuse
from limen.storage.postgres.pace import Pace
from limen.storage.postgres.pool import Connections
from limen.storage.statements import Compiled, Query, R, Statement, Value, Write
from limen.storage.written import Written

T = TypeVar("T")

_WRITTEN: Final = Written("postgres")
MOST_TRIES: Final = 12
MOST_UNITS: Final = 4096
_BEGIN: Final = "BEGIN"
_COMMIT: Final = "COMMIT"


class _Refused(Exception):
    """A guard does not hold: the transaction is to be undone and the guard's own error raised."""

    def __init__(self, refusal: LimenError) -> None:
        super().__init__()
        self.refusal = refusal


class PostgresDatabase:
    """One database on a server. Made within a running event loop."""

    def __init__(
        self,
        connections: Connections,
        pace: Pace,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._connections = connections
        self._pace = pace
        self._sleep = sleep
        self._units: set[asyncio.Task[tuple[int, ...]]] = set()
        self._closing = False
        self._count = 0
        self._retries = 0

    def compile(self, statement: Statement) -> Compiled:
        return _WRITTEN.compiled(statement)

    async def one(self, query: Query[R], values: tuple[Value, ...]) -> R | None:
        """The first row, or None."""
        text = query.compiled.text
        row = await self._read(lambda line: line.one(text, values))
        return None if row is None else msgspec.convert(row, query.shape, strict=False)

    async def all(self, query: Query[R], values: tuple[Value, ...]) -> list[R]:
        """Every row."""
        text = query.compiled.text
        rows = await self._read(lambda line: line.all(text, values))
        return [msgspec.convert(row, query.shape, strict=False) for row in rows]

    async def run(self, writes: Sequence[Write]) -> tuple[int, ...]:
        """Apply all of the writes or none; returns after the server has made them durable.

        Whoever stops waiting does not stop the writes: they were accepted and are applied.
        """
        if self._closing:
            raise StorageUnavailable("The database is shutting down.")
        if len(self._units) >= MOST_UNITS:
            raise StorageUnavailable("Too many changes are waiting for the database. Try again in a moment.")
        self._count += 1
        unit = asyncio.get_running_loop().create_task(self._applied(fuse(writes)))
        self._units.add(unit)
        unit.add_done_callback(self._forget)
        return await asyncio.shield(unit)

    async def figures(self) -> Sequence[Family]:
        """Units of work, connections, and how often something was tried again."""
        return (
            counter("limen_database_units_total", "Units of work that were handed to the database.", self._count),
            gauge("limen_database_units_waiting", "Units of work under way.", len(self._units)),
            gauge("limen_database_connections", "Connections that are open.", self._connections.held),
            gauge("limen_database_connections_idle", "Connections that nobody uses.", self._connections.idle),
            gauge("limen_database_connections_waiting", "Requests that wait for one.", self._connections.waiting),
            counter("limen_database_retries_total", "Times that something was asked or done again.", self._retries),
        )

    async def close(self) -> None:
        """Finish what was accepted, then let go of the server."""
        self._closing = True
        await asyncio.gather(*self._units, return_exceptions=True)
        await self._connections.close()

    def _forget(self, unit: "asyncio.Task[tuple[int, ...]]") -> None:
        self._units.discard(unit)
        if not unit.cancelled():
            unit.exception()  # somebody who stopped waiting does not want to hear of it

    async def _read(self, ask: Callable[[Line], Awaitable[T]]) -> T:
        """An answer. A connection that turns out to be lost is replaced once: reading twice harms nobody."""
        tries = 0
        while True:
            held = await self._connections.take()
            try:
                answer = await ask(held.line)
            except DRIVER as error:
                if is_lost(error):
                    self._connections.drop(held)
                else:
                    self._connections.give(held)
                tries += 1
                lost = is_lost(error) and not isinstance(error, TimeoutError)
                if tries < MOST_TRIES and (try_again(error) or (lost and tries <= 2)):  # noqa: PLR2004 (once more)
                    self._retries += 1
                    await self._sleep(self._pace.pause(tries))
                    continue
                raise told(error) from error
            except BaseException:
                self._connections.drop(held)
                raise
            self._connections.give(held)
            return answer

    async def _applied(self, parts: Sequence[Fused]) -> tuple[int, ...]:
        tries = 0
        while True:
            held = await self._connections.take()
            sound = False
            try:
                counts = await (_alone(held.line, parts[0]) if len(parts) == 1 else _together(held.line, parts))
                sound = True
            except _Refused as refused:
                sound = True
                raise refused.refusal from None
            except DRIVER as error:
                sound = not is_lost(error) and not held.line.broken()
                tries += 1
                if not (try_again(error) or undone(error)) or tries >= MOST_TRIES:
                    raise told(error) from error
            else:
                return counts
            finally:
                if sound:
                    self._connections.give(held)
                else:
                    self._connections.drop(held)
            self._retries += 1
            await self._sleep(self._pace.pause(tries))


async def _alone(line: Line, part: Fused) -> tuple[int, ...]:
    """One statement is a transaction of its own."""
    try:
        if len(part.writes) > 1:
            return _numbers(await line.one(part.text, part.values))
        count = await line.count(part.text, part.values)
    except DRIVER as error:
        place = guard_of(error)
        if place is not None:
            raise _refusal(part, place) from None
        raise
    (write,) = part.writes
    if count == 0 and write.guard is not None:
        raise _Refused(write.guard.refusal())
    return (count,)


async def _together(line: Line, parts: Sequence[Fused]) -> tuple[int, ...]:
    await line.script(_BEGIN)
    counts: list[int] = []
    try:
        for part in parts:
            counts += await _alone(line, part)
    except (*DRIVER, _Refused) as error:
        if isinstance(error, _Refused) or not is_lost(error):
            await line.script("ROLLBACK")
        raise
    # What fails from here on leaves open whether it was applied, unless the server says otherwise.
    await line.script(_COMMIT)
    return tuple(counts)


def _refusal(part: Fused, place: int) -> _Refused:
    guard = part.writes[place - part.first].guard
    if guard is None:
        raise ValueError("only guards are named by statements")
    return _Refused(guard.refusal())


def _numbers(row: Sequence[object] | None) -> tuple[int, ...]:
    return msgspec.convert(row, tuple[int, ...])
