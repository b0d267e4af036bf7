"""`limen import kratos|django|keycloak|auth0|firebase|csv`: people from other systems (issue 6, docs/import.md)."""

from collections.abc import Callable
from functools import update_wrapper
from pathlib import Path
from typing import Final, ParamSpec

import click

from limen.cli import verbs
from limen.cli.client.admin import Refused
from limen.cli.client.command import Remote, asks_the_server
from limen.cli.importing.judging import Wishes
from limen.cli.importing.records import Source
from limen.cli.importing.report import Report
from limen.cli.importing.running import Bringing
from limen.cli.importing.sources import auth0 as auth0_export
from limen.cli.importing.sources import django as django_dump
from limen.cli.importing.sources import firebase as firebase_export
from limen.cli.importing.sources import keycloak as keycloak_export
from limen.cli.importing.sources import kratos_api, kratos_database, table
from limen.cli.surroundings import Surroundings

P = ParamSpec("P")

KRATOS: Final = "LIMEN_IMPORT_FROM"
"""Names the Kratos where a password in its DSN should not be seen among the processes."""
KEY: Final = "LIMEN_IMPORT_KEY"

_PATH: Final = click.Path(path_type=Path, exists=True, dir_okay=False)
_FILE: Final = click.argument("file", type=_PATH)

import_ = verbs.import_


def _brings(opened: Callable[P, Source]) -> Callable[..., None]:
    """Make a command of something that opens a source: it gets the options of all imports."""

    @click.option("--map", "maps", multiple=True, metavar="FIELD=TRAIT", help="email=traits.email; repeatable.")
    @click.option("--schema", "schema_id", default="", help="Id of the identity schema, when there are several.")
    @click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
    @click.option("--update", is_flag=True, help="Set traits, state and metadata of people who are there already.")
    @click.option(
        "--without-unknown-hashes", is_flag=True, help="Bring people whose hash is not understood, without it."
    )
    @click.option(
        "--report",
        default="limen-import-report.ndjson",
        show_default=True,
        type=click.Path(path_type=Path, dir_okay=False),
        help="Where to write who did not come whole, and why.",
    )
    @asks_the_server
    async def command(remote: Remote, /, *args: P.args, **kwargs: P.kwargs) -> None:
        wishes = Wishes(
            maps=kwargs.pop("maps"),  # type: ignore[arg-type]
            schema_id=str(kwargs.pop("schema_id")),
            dry_run=bool(kwargs.pop("dry_run")),
            update=bool(kwargs.pop("update")),
            without_unknown_hashes=bool(kwargs.pop("without_unknown_hashes")),
        )
        file = Path(str(kwargs.pop("report")))
        source = opened(*args, **kwargs)
        with Report(file, source.total, listing=wishes.dry_run) as report:
            try:
                await Bringing(remote.client, wishes, report.note).run(source)
            except Refused as refused:
                so_far = (
                    f"{report.brought} people came before. Run it again to go on."
                    if report.brought and not wishes.dry_run
                    else ""
                )
                raise Refused(f"{refused.message} {so_far}".rstrip(), refused.status) from refused
        remote.printer.show(report.shown())
        if report.refused:
            click.get_current_context().exit(1)

    return update_wrapper(command, opened)


@import_.command(name="kratos")
@click.argument("address", required=False, default="")
@_brings
def kratos(address: str) -> Source:
    """Bring the people of the Kratos at ADDRESS.

    ADDRESS is its admin address (http://127.0.0.1:4434), its database (postgres://…, mysql://…, sqlite:///…) or an SQLite file.
    LIMEN_IMPORT_FROM may name it as well.
    """
    environment = (click.get_current_context().find_object(Surroundings) or Surroundings()).environment
    where = address or environment.get(KRATOS, "")
    if not where:
        raise click.UsageError(f"Say where Kratos is: an admin address, a DSN, a file, or {KRATOS}.")
    if where.startswith(("http://", "https://")):
        return kratos_api.source(where, environment.get(KEY, ""))
    return kratos_database.source(where if "://" in where else f"sqlite://{Path(where).absolute()}")


@import_.command(name="django")
@_FILE
@click.option("--verified", is_flag=True, help="Every address counts as proven; Django does not say.")
@_brings
def django(file: Path, *, verified: bool) -> Source:
    """Bring the users in FILE: a dump of `manage.py dumpdata auth.user`, or auth_user as CSV."""
    return django_dump.source(file, verified=verified)


@import_.command(name="keycloak")
@_FILE
@_brings
def keycloak(file: Path) -> Source:
    """Bring the users of the realm export FILE (JSON)."""
    return keycloak_export.source(file)


@import_.command(name="auth0")
@_FILE
@click.option(
    "--passwords", type=_PATH, default=None, help="The file of password hashes that Auth0's support hands out."
)
@_brings
def auth0(file: Path, passwords: Path | None) -> Source:
    """Bring the users of the export FILE (one JSON object a line)."""
    return auth0_export.source(file, passwords)


@import_.command(name="firebase")
@_FILE
@click.option("--hash-config", type=_PATH, default=None, help="A file with the project's hash parameters.")
@_brings
def firebase(file: Path, hash_config: Path | None) -> Source:
    """Bring the users in FILE, of `firebase auth:export FILE --format=JSON`."""
    return firebase_export.source(file, hash_config)


@import_.command(name="csv")
@_FILE
@_brings
def csv(file: Path) -> Source:
    """Bring the people in FILE; columns are mapped by their names (docs/import.md)."""
    return table.source(file)
