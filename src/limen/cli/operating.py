"""How does a command work on the database itself, beside a server that may be running? It opens it, and lets go."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec

import click
import msgspec

from limen.cli.client.shown import Printer
from limen.cli.source import database_address
from limen.cli.surroundings import Surroundings
from limen.storage import SchemaOutdated, SqlStorage, open_storage
from limen.storage.dsn import in_memory

P = ParamSpec("P")

_FILES = click.option(
    "-c", "--config", "files", multiple=True, type=click.Path(path_type=Path), help="A file; repeatable."
)
_DSN = click.option("--dsn", default="", help="Address of the database; otherwise -c, or the variable DSN.")
_FORMAT = click.option(
    "--format", "format", default="", help="table, json, json-pretty, yaml, jsonpath=…, jsonpointer=…"
)


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A database, and where answers go."""

    storage: SqlStorage
    printer: Printer


Work = Callable[Concatenate[Opened, P], Awaitable[None]]


def works_on_the_database(work: Work[P]) -> Callable[..., None]:
    """Make a command of something that works on the database: it gets the options of all of them."""

    @wraps(work)
    def command(files: tuple[Path, ...], dsn: str, format: str, *args: P.args, **kwargs: P.kwargs) -> None:
        context = click.get_current_context()
        surroundings = context.find_object(Surroundings) or Surroundings()
        named = bool(files or surroundings.files)
        address, _ = database_address(context, dsn or None, files, from_environment=not named)
        if in_memory(address):
            raise click.UsageError("A database in memory belongs to its server alone; this needs one that stays.")
        asyncio.run(_carried_out(work, address, Printer(format), args, kwargs))

    return _FILES(_DSN(_FORMAT(command)))


async def _carried_out(
    work: Work[P], address: str, printer: Printer, args: tuple[object, ...], kwargs: dict[str, object]
) -> None:
    storage = await open_storage(address, migrate=False, alone=False)
    try:
        if reason := await storage.pending():
            raise SchemaOutdated(reason)
        await work(Opened(storage=storage, printer=printer), *args, **kwargs)  # type: ignore[arg-type]
    finally:
        await storage.close()
