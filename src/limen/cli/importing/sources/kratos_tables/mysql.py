"""How is a Kratos on MySQL or MariaDB read? In one transaction for reading only, by PyMySQL, which nothing else uses (adr/0023)."""

import asyncio
import os
import ssl
import struct
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import click
import pymysql
from pymysql.cursors import DictCursor

from limen.cli.importing.sources.kratos_tables.contract import CLOSED, PORTION, SECONDS, Row
from limen.cli.importing.sources.kratos_tables.mysql_address import MysqlTarget

_CONNECT_SECONDS: Final = 10.0
_TROUBLE: Final = (pymysql.MySQLError, OSError, RuntimeError, ValueError, LookupError, struct.error)
"""What the driver raises: its own errors, and others where somebody answers who is no MySQL."""
_REFUSED: Final = "the server refuses the user or the password"
_NOT_UNDERSTOOD: Final = (
    "the server asks for a kind of password that is not understood; make another user for the import"
)
_WANTS_IT_READABLE: Final = "the server wants the password readable; if it may have it so, add allowCleartextPasswords=true and tls=true to the DSN"
_NOBODY: Final = "nobody answers there"
_REASONS: Final[Mapping[int, str]] = {
    1044: "the user may not use this database",
    1045: _REFUSED,
    1049: "there is no such database",
    1142: "the user may not read the tables",
    1143: "the user may not read the tables",
    1698: _REFUSED,
    2003: _NOBODY,
    2013: "the connection was lost",
    2026: "the server does not speak TLS",
    2059: _NOT_UNDERSTOOD,
    3159: "the server wants TLS",
}
_ANOTHER_DATABASE: Final = frozenset({1054, 1146})
"""A column or a table is not there."""
_READABLE: Final = ("mysql_clear_password", "dialog")
"""With these any server is handed the password as it is."""
_NOT_HERE: Final = ("mysql_old_password", "client_ed25519")
"""The first sends a hash that is as good as the password, the second needs a package that is not there."""


class _NotSent:
    """Stands where the driver would answer a server that asks for the password in this way."""

    def __init__(self, connection: object, *, why: str) -> None:
        self._why = why

    def authenticate(self, packet: object) -> None:
        raise click.ClickException(f"The database cannot be read: {self._why}.")


class MysqlTables:
    def __init__(self, target: MysqlTarget) -> None:
        self._target = target
        self._connection: pymysql.Connection[DictCursor] | None = None

    async def open(self) -> None:
        await asyncio.to_thread(self._open)

    def _open(self) -> None:
        target = self._target
        for file in (target.ca, target.cert, target.key):
            if file and not os.access(file, os.R_OK):
                raise click.ClickException(f"A file that the DSN names cannot be read: {file}.")
        refused = {name: partial(_NotSent, why=_NOT_UNDERSTOOD) for name in _NOT_HERE}
        if not target.clear_text:
            refused.update({name: partial(_NotSent, why=_WANTS_IT_READABLE) for name in _READABLE})
        encrypted = target.tls != "disabled" and not target.socket
        try:
            if target.socket and not Path(target.socket).is_socket():
                raise click.ClickException(f"The database cannot be read: {_NOBODY}.")
            self._connection = pymysql.Connection(
                user=target.user,
                password=target.password.encode(),  # the driver would take letters for Latin-1
                database=target.database,
                host=target.host,
                port=target.port,
                unix_socket=target.socket or None,
                charset="utf8mb4",
                cursorclass=DictCursor,
                connect_timeout=_CONNECT_SECONDS,
                read_timeout=SECONDS,
                write_timeout=SECONDS,
                auth_plugin_map={**refused},
                ssl=_context(target) if encrypted else None,
                ssl_disabled=not encrypted,
            )
            self._connection.query("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            self._connection.query("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        except _TROUBLE as error:
            raise _unreadable(error) from error

    async def after(self, id: str) -> list[Row]:
        return await self._all("SELECT * FROM identities WHERE id > %s ORDER BY id LIMIT %s", (id, PORTION))

    async def of(self, text: str, ids: Sequence[str]) -> list[Row]:
        return await self._all(text.replace("IDS", f"({','.join(['%s'] * len(ids))})"), tuple(ids))

    async def _all(self, text: str, values: tuple[str | int, ...]) -> list[Row]:
        return await asyncio.to_thread(self._found, text, values)

    def _found(self, text: str, values: tuple[str | int, ...]) -> list[Row]:
        if self._connection is None:
            raise click.ClickException(CLOSED)
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(text, values)
                return list(cursor.fetchall())
        except _TROUBLE as error:
            raise _unreadable(error) from error

    async def close(self) -> None:
        if self._connection is not None and self._connection.open:
            await asyncio.to_thread(self._connection.close)


def _context(target: MysqlTarget) -> ssl.SSLContext | None:
    """How strictly the server is looked at; None leaves it to the server whether there is TLS at all."""
    if target.tls == "preferred":
        return None
    context = ssl.create_default_context(cafile=target.ca or None)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # certificates that MySQL makes for itself lack what this asks for
    context.check_hostname = target.tls == "verify-identity"
    if target.tls == "required":
        context.verify_mode = ssl.CERT_NONE
    if target.cert:
        context.load_cert_chain(target.cert, target.key or None)
    return context


def _unreadable(error: Exception) -> click.ClickException:
    """The reason in our words; what the server says is quoted only where it names a table or a column."""
    cause = error.__context__ if isinstance(error, pymysql.MySQLError) else error
    number = error.args[0] if isinstance(error, pymysql.MySQLError) and error.args else 0
    if number in _ANOTHER_DATABASE:
        return click.ClickException(f"This is no database of Kratos: {error.args[-1]}.")
    if isinstance(cause, ssl.SSLCertVerificationError):
        reason = f"its certificate is not trusted: {cause.verify_message}"
    elif isinstance(cause, ssl.SSLError):
        reason = "TLS fails"
    else:
        reason = _REASONS.get(number, f"{type(error).__name__} {number or ''}".rstrip())
    return click.ClickException(f"The database cannot be read: {reason}.")
