"""Which database does a command mean? The one named, or that of the environment, or that of a configuration."""

from collections.abc import Sequence
from pathlib import Path

import click

from limen.cli.surroundings import Surroundings
from limen.config.database import Cleanup
from limen.config.generated_secrets import NoSecrets
from limen.config.load import LoadRequest, load


def database_address(
    context: click.Context, given: str | None, files: Sequence[Path], *, from_environment: bool
) -> tuple[str, Cleanup]:
    """The address, and the rules of the clean-up. `-e` takes the variable DSN or else the configuration's key (CLI-03).

    Raises click.UsageError when nothing names a database, ConfigRefused.
    """
    surroundings = context.find_object(Surroundings) or Surroundings()
    environment, named = surroundings.environment, (*surroundings.files, *files)
    if given:
        return given, Cleanup()
    if from_environment and environment.get("DSN"):
        return environment["DSN"], Cleanup()
    if not named:
        wanted = "The environment has no variable DSN." if from_environment else "No database is named."
        raise click.UsageError(f"{wanted} Name it as an argument, in DSN (-e), or by a configuration (-c FILE).")
    request = LoadRequest(files=named, environment=environment, data_folder=surroundings.data_folder)
    config = load(request, NoSecrets()).config
    return config.dsn, config.database.cleanup
