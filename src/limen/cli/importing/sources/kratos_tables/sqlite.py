"""How is a Kratos on SQLite read? Its file is opened for reading only."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import click

from limen.cli.importing.sources.kratos_tables.contract import CLOSED, PORTION, Row


class SqliteTables:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        if not self._file.is_file():
            raise click.ClickException(f"{self._file}: there is no such file.")
        self._connection = sqlite3.connect(f"{self._file.absolute().as_uri()}?mode=ro", uri=True)
        self._connection.row_factory = sqlite3.Row

    async def after(self, id: str) -> list[Row]:
        return self._all("SELECT * FROM identities WHERE id > ? ORDER BY id LIMIT ?", (id, PORTION))

    async def of(self, text: str, ids: Sequence[str]) -> list[Row]:
        return self._all(text.replace("IDS", f"({','.join('?' * len(ids))})"), ids)

    def _all(self, text: str, values: Sequence[str | int]) -> list[Row]:
        if self._connection is None:
            raise click.ClickException(CLOSED)
        try:
            return [dict(row) for row in self._connection.execute(text, values)]
        except sqlite3.DatabaseError as error:
            raise click.ClickException(f"{self._file}: this is no database of Kratos: {error}.") from error

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
