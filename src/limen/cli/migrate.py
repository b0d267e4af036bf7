"""`limen migrate sql …`: which tables does the database have, and how are they brought to another version? (CLI-03 … CLI-06)"""

import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import click

from limen.cli.client.shown import Printer, Shown
from limen.cli.source import database_address
from limen.kernel.json_doc import JsonValue
from limen.storage.dsn import in_memory
from limen.storage.migrate import Step, migrate_down, migrate_to_head, migrate_up, pending, status
from limen.storage.migrations import Version

_PAUSE: Final = 1.0
"""Seconds between two looks at a database that is being migrated by somebody else."""


class _WithShortForm(click.Group):
    """`migrate sql DSN` means `migrate sql up DSN` (CLI-03), and options may stand before the word."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        verb = next((arg for arg in args if arg in self.commands), None)
        if verb is not None:
            rest = list(args)
            rest.remove(verb)
            args = [verb, *rest]
        elif args and args[0] not in ctx.help_option_names:
            args = ["up", *args]
        return super().parse_args(ctx, args)


_DSN = click.argument("dsn", required=False)
_FROM_ENV = click.option("-e", "--read-from-env", "from_environment", is_flag=True, help="Use the DSN variable.")
_FILES = click.option(
    "-c", "--config", "files", multiple=True, type=click.Path(path_type=Path), help="A file; repeatable."
)
_YES = click.option("-y", "--yes", is_flag=True, help="Do not ask.")
_STEPS = click.option("--steps", type=click.IntRange(min=1), help="How many versions.")
_BLOCK = click.option("--block", is_flag=True, help="Wait until nothing is pending.")
_FORMAT = click.option(
    "--format", "format", default="table", help="table, json, json-pretty, yaml, jsonpath=…, jsonpointer=…"
)


@click.group(name="migrate")
def migrate() -> None:
    """Bring the tables of the database to the version of this program."""


@migrate.group(name="sql", cls=_WithShortForm, no_args_is_help=True)
def sql() -> None:
    """Migrate the database that DSN, the environment (-e) or a configuration (-c) names.

    Without a word, `up` is meant: limen migrate sql -e --yes
    """


@sql.command()
@_DSN
@_FROM_ENV
@_FILES
@_YES
@_STEPS
@click.pass_context
def up(
    context: click.Context,
    dsn: str | None,
    from_environment: bool,
    files: tuple[Path, ...],
    yes: bool,
    steps: int | None,
) -> None:
    """Apply the versions that are pending."""
    chosen, _ = database_address(context, dsn, files, from_environment=from_environment)
    if in_memory(chosen):
        click.echo("A database in memory gets its tables when the server starts: nothing to do.")
        return
    coming = pending(chosen)[:steps]
    if not coming:
        click.echo("Nothing is pending.")
        return
    _list("These versions are pending:", coming)
    _confirm("Apply them?", yes=yes)
    done = migrate_to_head(chosen) if steps is None else migrate_up(chosen, steps)
    _list("Applied:", done)


@sql.command()
@_DSN
@_FROM_ENV
@_FILES
@_YES
@_STEPS
@click.pass_context
def down(
    context: click.Context,
    dsn: str | None,
    from_environment: bool,
    files: tuple[Path, ...],
    yes: bool,
    steps: int | None,
) -> None:
    """Take the last versions back, with everything that is stored in them."""
    if steps is None:
        raise click.UsageError("Say how many versions to take back: --steps 1")
    chosen, _ = database_address(context, dsn, files, from_environment=from_environment)
    having = [step.version for step in status(chosen) if step.applied]
    if not having:
        click.echo("There is nothing to take back.")
        return
    _list("These versions and everything stored in them would be removed:", having[-steps:][::-1])
    _confirm("Remove them?", yes=yes)
    _list("Removed:", migrate_down(chosen, steps))


@click.command(name="status")
@_DSN
@_FROM_ENV
@_FILES
@_BLOCK
@_FORMAT
@click.pass_context
def show_status(
    context: click.Context, dsn: str | None, from_environment: bool, files: tuple[Path, ...], block: bool, format: str
) -> None:
    """List the versions and which of them the database has."""
    chosen, _ = database_address(context, dsn, files, from_environment=from_environment)
    steps = status(chosen)
    while block and not all(step.applied for step in steps):
        _list("Waiting for:", [step.version for step in steps if not step.applied])
        threading.Event().wait(_PAUSE)
        steps = status(chosen)
    Printer(format).show(_shown(steps))


sql.add_command(show_status)
migrate.add_command(show_status)


def _confirm(question: str, *, yes: bool) -> None:
    if not yes and not click.confirm(question):
        click.echo("Nothing was changed.")
        sys.exit(1)


def _list(heading: str, versions: Iterable[Version]) -> None:
    click.echo("\n".join((heading, *(f"  {version.number}  {version.what}" for version in versions))))


def _shown(steps: Iterable[Step]) -> Shown:
    rows = [(step.version.number, step.version.what, "Applied" if step.applied else "Pending") for step in steps]
    value: JsonValue = [{"version": number, "name": name, "state": state} for number, name, state in rows]
    return Shown(value=value, headings=("Version", "Name", "Status"), rows=rows, ids=[row[0] for row in rows])
