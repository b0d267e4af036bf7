"""Who is in the database of a Kratos? Four tables, read and never written; columns that an old release lacks are taken for empty."""

from collections.abc import AsyncIterator
from typing import Final

import click
import msgspec

from limen.cli.importing.records import Record, Source
from limen.cli.importing.sources.kratos import USUAL, record
from limen.cli.importing.sources.kratos_tables import mysql_address
from limen.cli.importing.sources.kratos_tables.contract import Row, Tables
from limen.cli.importing.sources.kratos_tables.postgres import PostgresTables
from limen.cli.importing.sources.kratos_tables.sqlite import SqliteTables
from limen.kernel.json_doc import JsonObject, JsonValue
from limen.storage.dsn import SqliteTarget, parse_dsn

_JSON: Final = ("traits", "metadata_public", "metadata_admin")
_CREDENTIALS: Final = (
    "SELECT c.identity_id, t.name, c.config FROM identity_credentials c JOIN identity_credential_types t "
    "ON t.id = c.identity_credential_type_id WHERE c.identity_id IN IDS"
)
_ADDRESSES: Final = (
    "SELECT identity_id, value, via, verified FROM identity_verifiable_addresses WHERE identity_id IN IDS"
)


def source(dsn: str) -> Source:
    """The people of the database that a DSN of Kratos names. Raises DsnRefused, ClickException."""
    return Source(records=_records(_tables(dsn)), usual=USUAL)


def _tables(dsn: str) -> Tables:
    scheme, _, rest = dsn.partition("://")
    if scheme.lower() in mysql_address.SCHEMES:
        from limen.cli.importing.sources.kratos_tables.mysql import MysqlTables  # noqa: PLC0415 (few need its driver)

        return MysqlTables(mysql_address.parse_mysql(rest))
    is_file = scheme in {"sqlite", "sqlite3"}
    target = parse_dsn(dsn.partition("?")[0] if is_file else dsn)  # whatever mode it names, nothing is written
    if not isinstance(target, SqliteTarget):
        return PostgresTables(target)
    if target.file is None:
        raise click.UsageError("A database in memory belongs to its own process.")
    return SqliteTables(target.file)


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


def _identity(row: Row, credentials: JsonObject, addresses: list[JsonValue]) -> JsonObject:
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
