"""How is a Kratos on PostgreSQL read? In one transaction, so that people who change meanwhile are seen once and whole."""

from collections.abc import Sequence

import asyncpg
import click

from limen.cli.importing.sources.kratos_tables.contract import CLOSED, PORTION, SECONDS, Row
from limen.storage.postgres.address import PostgresTarget


class PostgresTables:
    def __init__(self, target: PostgresTarget) -> None:
        self._target = target
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None

    async def open(self) -> None:
        try:
            self._connection = await asyncpg.connect(
                self._target.address,
                timeout=SECONDS,
                command_timeout=SECONDS,
                server_settings={"default_transaction_read_only": "on"},
            )
            await self._connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        except (OSError, asyncpg.PostgresError, TimeoutError) as error:
            raise click.ClickException(f"The database cannot be read: {type(error).__name__}.") from error

    async def after(self, id: str) -> list[Row]:
        first = id or "00000000-0000-0000-0000-000000000000"
        return await self._all("SELECT * FROM identities WHERE id > $1 ORDER BY id LIMIT $2", first, PORTION)

    async def of(self, text: str, ids: Sequence[str]) -> list[Row]:
        return await self._all(text.replace("IN IDS", "= ANY($1::uuid[])"), list(ids))

    async def _all(self, text: str, *values: object) -> list[Row]:
        if self._connection is None:
            raise click.ClickException(CLOSED)
        try:
            return [dict(row) for row in await self._connection.fetch(text, *values)]
        except (OSError, asyncpg.PostgresError, TimeoutError) as error:
            raise click.ClickException(f"This is no database of Kratos: {error}.") from error

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
