"""How is one connection opened? By asyncpg, with the DSN's own TLS settings; everything that knows asyncpg's calls is here."""

import asyncio
import os
import ssl
from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING, Final

import asyncpg

from limen.storage.errors import DsnRefused
from limen.storage.postgres.address import PostgresTarget
from limen.storage.postgres.door import Line, Row
from limen.storage.statements import Value

_STATEMENTS_KEPT: Final = 512
_LONGEST_STATEMENT_KEPT: Final = 16 * 1024
"""Longer ones are parts of imports, and hardly two are alike: keeping them would fill the server's memory."""


if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]
else:
    Connection = asyncpg.Connection  # which only its types can be given a parameter

_NUMBERS: Final = count(1)


class NamingConnection(Connection):
    """Names its prepared statements like nobody else's.

    If a pooler swaps the server's connections behind our back, an unknown name is an error; a common one would run a statement of
    another client.
    """

    def _get_unique_id(self, prefix: str) -> str:
        return f"limen_{self.get_server_pid()}_{prefix}_{next(_NUMBERS)}"


class AsyncpgLine:
    """One connection of asyncpg. It prepares each text once and keeps that, unless there is a pooler in between."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def one(self, text: str, values: tuple[Value, ...]) -> Row | None:
        row = await self._connection.fetchrow(text, *values)
        return None if row is None else tuple(row)

    async def all(self, text: str, values: tuple[Value, ...]) -> Sequence[Row]:
        return [tuple(row) for row in await self._connection.fetch(text, *values)]

    async def count(self, text: str, values: tuple[Value, ...]) -> int:
        said = await self._connection.execute(text, *values)
        number = said.rpartition(" ")[2]
        return int(number) if number.isdecimal() else 0

    async def script(self, text: str) -> None:
        await self._connection.execute(text)

    def broken(self) -> bool:
        return self._connection.is_closed()

    def drop(self) -> None:
        self._connection.terminate()

    async def close(self) -> None:
        await self._connection.close(timeout=2)


async def dial(target: PostgresTarget, *, patient: bool = False) -> Line:
    """A new connection. With `patient` its statements may take as long as they like: migrations do.

    Raises what asyncpg raises, OSError, TimeoutError, or DsnRefused.
    """
    for file in target.files:
        if not os.access(file, os.R_OK):
            raise DsnRefused(f"A file that the DSN names cannot be read: {file}.")
    tls = None
    if target.system_roots:
        tls = await asyncio.get_running_loop().run_in_executor(None, ssl.create_default_context)
        tls.check_hostname = target.verify_host
    connection = await asyncpg.connect(
        target.address,
        timeout=target.connect_timeout,
        command_timeout=None if patient else target.command_timeout,
        statement_cache_size=0 if target.pooler else _STATEMENTS_KEPT,
        max_cached_statement_lifetime=0,
        max_cacheable_statement_size=_LONGEST_STATEMENT_KEPT,
        ssl=tls,
        connection_class=NamingConnection,
    )
    return AsyncpgLine(connection)
