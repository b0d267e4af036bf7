"""`limen cleanup sql`: delete what expired, while the server runs or while it does not (CLI-08, OPS-04)."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Final

import click

from limen.adapters.system import SystemClock
from limen.cli.source import database_address
from limen.config.syntax import parse_duration
from limen.storage import open_storage

_TABLES: Final = 6
"""How many kinds of rows expire; between two rounds over all of them the command rests."""


@click.group()
def cleanup() -> None:
    """Tidy up."""


@cleanup.command(name="sql")
@click.argument("dsn", required=False)
@click.option("-e", "--read-from-env", "from_environment", is_flag=True, help="Use the DSN variable.")
@click.option("-c", "--config", "files", multiple=True, type=click.Path(path_type=Path), help="A file; repeatable.")
@click.option(
    "-b", "--database.cleanup.batch_size", "batch", type=click.IntRange(min=1), help="Rows at a time; 100 if not said."
)
@click.option("--database.cleanup.sleep.tables", "pause", default="", help="Rest between two rounds, such as 1m.")
@click.option("--keep-last", "keep", default="0s", help="Keep what expired less than this ago, such as 24h.")
@click.pass_context
def sql(
    context: click.Context,
    dsn: str | None,
    from_environment: bool,
    files: tuple[Path, ...],
    batch: int | None,
    pause: str,
    keep: str,
) -> None:
    """Delete sessions, forms, codes and error pages that have expired from the database that DSN or a configuration names.

    A server does this by itself, a day after they expired; use the command to do it sooner.
    """
    address, rules = database_address(context, dsn, files, from_environment=from_environment)
    rest = _span(pause) if pause else rules.sleep.tables / _TABLES
    removed = asyncio.run(_removed(address, batch or rules.batch_size, rest, _span(keep)))
    click.echo(f"{removed} rows had expired and are deleted.")


async def _removed(dsn: str, batch: int, rest: timedelta, keep: timedelta) -> int:
    storage = await open_storage(dsn, migrate=False, alone=False)
    total, before = 0, SystemClock().now() - keep
    try:
        while count := await storage.remove_expired(before, batch):
            total += count
            if count == batch:
                await asyncio.sleep(rest.total_seconds())
    finally:
        await storage.close()
    return total


def _span(text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise click.UsageError(f"{text!r} is no time span. Write 90s, 10m or 24h.") from error
