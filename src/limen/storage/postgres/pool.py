"""Who holds the connections? They are opened when needed, kept, handed out most recent first, and made anew when they break.

Nothing is sent to the server when a connection is taken or given back: whoever takes one leaves no transaction open.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

from limen.kernel.errors import LimenError
from limen.kernel.tasks import Tasks
from limen.ports.storage import StorageUnavailable
from limen.storage.postgres.address import PostgresTarget
from limen.storage.postgres.door import Dial, Line
from limen.storage.postgres.failures import DRIVER, never_right, told
from limen.storage.postgres.pace import Pace

MOST_WAITING: Final = 4096
PATIENCE: Final = 5.0
"""Seconds that a request waits for a connection before it is told to come back later."""


class Held:
    """A connection and when it was opened and last used, on the loop's clock."""

    __slots__ = ("line", "opened", "used")

    def __init__(self, line: Line, now: float) -> None:
        self.line = line
        self.opened = now
        self.used = now


class Connections:
    """At most `max_conns` connections. Everything here runs on one event loop."""

    def __init__(
        self, target: PostgresTarget, dial: Dial, pace: Pace, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._target = target
        self._dial = dial
        self._pace = pace
        self._sleep = sleep
        self._clock = asyncio.get_running_loop().time
        self._idle: deque[Held] = deque()
        self._waiting: deque[asyncio.Future[Held]] = deque()
        self._tasks = Tasks(lambda _name, _error: None)
        self._open = 0
        self._opening = 0
        self._failure: LimenError | None = None
        self._closed = False

    async def take(self) -> Held:
        """A connection that seems to work. Raises StorageUnavailable when none can be had in time."""
        while self._idle and not self._closed:
            held = self._idle.pop()
            if held.line.broken():
                self.drop(held)
            elif self._too_old(held, self._clock()):
                self._retire(held)
            else:
                return held
        if self._closed:
            raise StorageUnavailable("The database is shutting down.")
        if len(self._waiting) >= MOST_WAITING:
            raise StorageUnavailable("Too many requests are waiting for the database. Try again in a moment.")
        turn: asyncio.Future[Held] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._grow()
        try:
            async with asyncio.timeout(PATIENCE):
                return await turn
        except TimeoutError as error:
            self._leave(turn)
            raise self._failure or StorageUnavailable("The database is too busy. Try again in a moment.") from error
        except BaseException:
            self._leave(turn)
            raise

    def give(self, held: Held) -> None:
        """Take a connection back that somebody else can use at once."""
        now = self._clock()
        held.used = now
        if self._closed or held.line.broken():
            self.drop(held)
            self._grow()
            return
        if self._too_old(held, now):
            self._retire(held)
            self._grow()
            return
        if self._hand_on(held):
            return
        if len(self._idle) >= self._target.max_idle_conns:
            self._retire(held)
            return
        self._idle.append(held)
        self._trim(now)

    def drop(self, held: Held) -> None:
        """End a connection of which nobody knows what runs on it."""
        self._open -= 1
        held.line.drop()

    @property
    def held(self) -> int:
        """How many connections are open."""
        return self._open

    @property
    def idle(self) -> int:
        """How many of them nobody uses."""
        return len(self._idle)

    @property
    def waiting(self) -> int:
        """How many requests wait for one."""
        return len(self._waiting)

    async def close(self) -> None:
        """End every connection; those that are in use end when they are given back."""
        self._closed = True
        lines = [held.line for held in self._idle]
        self._open -= len(lines)
        self._idle.clear()
        for turn in self._waiting:
            if not turn.done():
                turn.set_exception(StorageUnavailable("The database is shutting down."))
        await self._tasks.stop()
        await asyncio.gather(*(_closed(line) for line in lines))

    def _arrived(self, held: Held) -> None:
        """A new connection goes to whoever waits longest, however short a life it may have."""
        if self._closed:
            self.drop(held)
        elif not self._hand_on(held):
            self._idle.append(held)

    def _retire(self, held: Held) -> None:
        """End a connection that works, with a word to the server."""
        self._open -= 1
        self._tasks.start("good-bye", _closed(held.line))

    def _too_old(self, held: Held, now: float) -> bool:
        life, rest = self._target.max_conn_lifetime, self._target.max_conn_idle_time
        return (0 < life < now - held.opened) or (0 < rest < now - held.used)

    def _trim(self, now: float) -> None:
        """Let go of what nobody has needed for a while; the longest unused lies in front."""
        while self._idle and self._too_old(self._idle[0], now):
            self._retire(self._idle.popleft())

    def _hand_on(self, held: Held) -> bool:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(held)
                return True
        return False

    def _leave(self, turn: "asyncio.Future[Held]") -> None:
        """Nobody waits for this turn any more; a connection that came at the last moment goes to the next."""
        if turn in self._waiting:
            self._waiting.remove(turn)
        if turn.done() and not turn.cancelled() and turn.exception() is None:
            self.give(turn.result())

    def _grow(self) -> None:
        """Open one more connection where somebody waits; while the server is away one task alone keeps asking."""
        wanted = min(len(self._waiting) - self._opening, self._target.max_conns - self._open - self._opening)
        if wanted > 0 and not self._closed and not (self._failure is not None and self._opening):
            self._opening += 1
            self._tasks.start("connect", self._connect())

    async def _connect(self) -> None:
        attempt = 0
        try:
            while self._waiting and not self._closed:
                try:
                    line = await self._dial()
                except Exception as error:  # noqa: BLE001 (whatever it is, those who wait get an answer and asking goes on)
                    self._failure = error if isinstance(error, LimenError) else never_right(error) or told(error)
                    if self._opening > 1:
                        return
                    await self._sleep(self._pace.pause(attempt))
                    attempt += 1
                else:
                    self._failure = None
                    self._open += 1
                    self._arrived(Held(line, self._clock()))
                    break
        finally:
            self._opening -= 1
        self._grow()


async def _closed(line: Line) -> None:
    try:
        await line.close()
    except DRIVER:
        line.drop()
