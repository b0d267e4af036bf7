"""Who is in the database of a Kratos? Four tables, read and never written; columns that an old release lacks are taken for empty."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final, Protocol

import asyncpg
import click
import msgspec

from limen.cli.importing.records import Record, Source
from limen.cli.importing.sources.kratos import USUAL, record
from limen.kernel.json_doc import JsonObject, JsonValue
from limen.storage.dsn import SqliteTarget, parse_dsn
from limen.storage.postgres.address import PostgresTarget

_PORTION: Final = 500
_JSON: Final = ("traits", "metadata_public", "metadata_admin")
_SECONDS: Final = 60.0
_NO_MYSQL: Final = "Limen has no driver for MySQL. Name the admin address of the running Kratos instead: limen import kratos http://127.0.0.1:4434"
_CLOSED: Final = "The database is not open."
_Row = dict[str, object]


class Tables(Protocol):
    """The database, for reading."""

    async def open(self) -> None:
        """Raises ClickException."""
        ...

    async def after(self, id: str) -> list[_Row]:
        """Rows of `identities` behind this id, in their order."""
        ...

    async def of(self, text: str, ids: Sequence[str]) -> list[_Row]:
        """What `text` finds for these identities; `IDS` in it stands for them."""
        ...

    async def close(self) -> None: ...


_CREDENTIALS: Final = (
    "SELECT c.identity_id, t.name, c.config FROM identity_credentials c JOIN identity_credential_types t "
    "ON t.id = c.identity_credential_type_id WHERE c.identity_id IN IDS"
)
_ADDRESSES: Final = (
    "SELECT identity_id, value, via, verified FROM identity_verifiable_addresses WHERE identity_id IN IDS"
)


def source(dsn: str) -> Source:
    """The people of the database that a DSN of Kratos names. Raises DsnRefused, ClickException."""
    if dsn.partition("://")[0].lower() in {"mysql", "mariadb"}:
        raise click.ClickException(_NO_MYSQL)
    is_file = dsn.startswith(("sqlite://", "sqlite3://"))
    target = parse_dsn(dsn.partition("?")[0] if is_file else dsn)  # whatever mode it names, nothing is written
    if isinstance(target, SqliteTarget):
        if target.file is None:
            raise click.UsageError("A database in memory belongs to its own process.")
        return Source(records=_records(_SqliteTables(target.file)), usual=USUAL)
    return Source(records=_records(_PostgresTables(target)), usual=USUAL)


async def _records(tables: Tables) -> AsyncIterator[Record]:
    try:
        await tables.open()
        last = ""
        while found := await tables.after(last):
            ids = [str(row["id"]) for row in found]
            last = ids[-1]
            credentials: dict[str, JsonObject] = {}
            for row in await tables.of(_CREDENTIALS, ids):
                config = _document(row["config"])
                credentials.setdefault(str(row["identity_id"]), {})[str(row["name"])] = {"config": config}
            addresses: dict[str, list[JsonValue]] = {}
            for row in await tables.of(_ADDRESSES, ids):
                address: JsonObject = {
                    "value": str(row["value"]),
                    "via": str(row["via"]),
                    "verified": bool(row["verified"]),
                }
                addresses.setdefault(str(row["identity_id"]), []).append(address)
            for id, row in zip(ids, found, strict=True):
                yield record(_identity(row, credentials.get(id, {}), addresses.get(id, [])))
    finally:
        await tables.close()


def _identity(row: _Row, credentials: JsonObject, addresses: list[JsonValue]) -> JsonObject:
    """The row as the admin interface would show it."""
    plain = ("id", "schema_id", "state", "external_id", "organization_id")
    return {
        **{name: str(row[name]) for name in plain if row.get(name)},
        **{name: _document(row.get(name)) for name in _JSON},
        "credentials": credentials,
        "verifiable_addresses": addresses,
    }


def _document(value: object) -> JsonValue:
    """JSON as text, or octets as SQLite may keep them."""
    if not isinstance(value, str | bytes) or not value:
        return None
    try:
        found: JsonValue = msgspec.json.decode(value)
    except msgspec.DecodeError as error:
        raise click.ClickException("The database holds a document that is no JSON.") from error
    return found


class _SqliteTables:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        if not self._file.is_file():
            raise click.ClickException(f"{self._file}: there is no such file.")
        self._connection = sqlite3.connect(f"{self._file.absolute().as_uri()}?mode=ro", uri=True)
        self._connection.row_factory = sqlite3.Row

    async def after(self, id: str) -> list[_Row]:
        return self._all("SELECT * FROM identities WHERE id > ? ORDER BY id LIMIT ?", (id, _PORTION))

    async def of(self, text: str, ids: Sequence[str]) -> list[_Row]:
        return self._all(text.replace("IDS", f"({','.join('?' * len(ids))})"), ids)

    def _all(self, text: str, values: Sequence[str | int]) -> list[_Row]:
        if self._connection is None:
            raise click.ClickException(_CLOSED)
        try:
            return [dict(row) for row in self._connection.execute(text, values)]
        except sqlite3.DatabaseError as error:
            raise click.ClickException(f"{self._file}: this is no database of Kratos: {error}.") from error

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


class _PostgresTables:
    """One transaction for all of it, so that people who change meanwhile are seen once and whole."""

    def __init__(self, target: PostgresTarget) -> None:
        self._target = target
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None

    async def open(self) -> None:
        try:
            self._connection = await asyncpg.connect(
                self._target.address,
                timeout=_SECONDS,
                command_timeout=_SECONDS,
                server_settings={"default_transaction_read_only": "on"},
            )
            await self._connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        except (OSError, asyncpg.PostgresError, TimeoutError) as error:
            raise click.ClickException(f"The database cannot be read: {type(error).__name__}.") from error

    async def after(self, id: str) -> list[_Row]:
        first = id or "00000000-0000-0000-0000-000000000000"
        return await self._all("SELECT * FROM identities WHERE id > $1 ORDER BY id LIMIT $2", first, _PORTION)

    async def of(self, text: str, ids: Sequence[str]) -> list[_Row]:
        return await self._all(text.replace("IN IDS", "= ANY($1::uuid[])"), list(ids))

    async def _all(self, text: str, *values: object) -> list[_Row]:
        if self._connection is None:
            raise click.ClickException(_CLOSED)
        try:
            return [dict(row) for row in await self._connection.fetch(text, *values)]
        except (OSError, asyncpg.PostgresError, TimeoutError) as error:
            raise click.ClickException(f"This is no database of Kratos: {error}.") from error

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
