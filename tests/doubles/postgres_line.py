"""How is a database server played that breaks? A double at the driver's door: it notes what it is sent and fails as told."""

from collections import deque
from collections.abc import Sequence

import asyncpg

from limen.storage.postgres.door import Row
from limen.storage.statements import Value


def said(state: str, text: str = "trouble", *, constraint: str = "") -> asyncpg.PostgresError:
    """What the driver raises for a server's error with that code."""
    error = asyncpg.PostgresError.get_message_class_for_sqlstate(state)(text)
    error.sqlstate = state
    error.constraint_name = constraint
    return error


LOST = asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")


class Server:
    """What all lines lead to. `faults` are raised one by one, each by the next statement that begins with its words."""

    def __init__(self, version: str = "PostgreSQL 15.1", schema: str = "") -> None:
        self.version = version
        self.schema = schema
        self.sent: list[str] = []
        self.faults: deque[tuple[str, Exception]] = deque()
        self.unreachable: deque[Exception] = deque()
        self.lines: list[ScriptedLine] = []
        self.counts: deque[int] = deque()

    def fail(self, words: str, *errors: Exception) -> None:
        self.faults.extend((words, error) for error in errors)

    async def dial(self) -> "ScriptedLine":
        if self.unreachable:
            raise self.unreachable.popleft()
        self.lines.append(ScriptedLine(self))
        return self.lines[-1]

    def answer(self, text: str) -> Sequence[Row]:
        self.sent.append(text)
        if self.faults and text.startswith(self.faults[0][0]):
            raise self.faults.popleft()[1]
        if text == "SELECT version()":
            return [(self.version,)]
        if "information_schema.tables" in text:
            return [(int(bool(self.schema)),)]
        if "alembic_version" in text and self.schema:
            return [(self.schema,)]
        if text.startswith("WITH w0"):
            return [(1,) * text.count(" RETURNING 1)")]
        return []


class ScriptedLine:
    """One connection to such a server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.ended = False

    async def one(self, text: str, values: tuple[Value, ...]) -> Row | None:
        rows = self._server.answer(text)
        return rows[0] if rows else None

    async def all(self, text: str, values: tuple[Value, ...]) -> Sequence[Row]:
        return self._server.answer(text)

    async def count(self, text: str, values: tuple[Value, ...]) -> int:
        self._server.answer(text)
        return self._server.counts.popleft() if self._server.counts else 1

    async def script(self, text: str) -> None:
        self._server.answer(text)

    def broken(self) -> bool:
        return self.ended

    def drop(self) -> None:
        self.ended = True

    async def close(self) -> None:
        self.ended = True
