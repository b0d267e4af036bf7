"""`limen serve`: start the server (CLI-01)."""

import sys
from pathlib import Path

import click

from limen.bootstrap.server import serve as run
from limen.cli.surroundings import Surroundings
from limen.config.load import LoadRequest


@click.command()
@click.argument("what", required=False, type=click.Choice(["all"]))
@click.option("-c", "--config", "files", multiple=True, type=click.Path(path_type=Path), help="A file; repeatable.")
@click.option("--dev", is_flag=True, help="For development: plain HTTP, cheap hashes. Never in production.")
@click.option("--watch-courier", is_flag=True, help="Send messages from this process as well.")
@click.option("--strict-config", "strict", is_flag=True, help="An identity schema has to be configured.")
@click.option("--lenient", is_flag=True, help="Unknown configuration keys are only warned of.")
@click.option("--sqa-opt-out", is_flag=True, hidden=True, help="Accepted: Limen reports nothing to anybody.")
@click.option("--disable-telemetry", is_flag=True, hidden=True, help="Accepted: Limen reports nothing to anybody.")
@click.pass_obj
def serve(
    surroundings: Surroundings,
    *,
    what: str | None,
    files: tuple[Path, ...],
    dev: bool,
    watch_courier: bool,
    strict: bool,
    lenient: bool,
    sqa_opt_out: bool,
    disable_telemetry: bool,
) -> None:
    """Serve the public and the admin interface until stopped."""
    del what, sqa_opt_out, disable_telemetry  # accepted for the sake of older command lines
    request = LoadRequest(
        files=(*surroundings.files, *files),
        environment=surroundings.environment,
        data_folder=surroundings.data_folder,
        dev=dev,
        watch_courier=watch_courier,
        lenient=lenient,
        strict=strict,
    )
    run(request, announce)


def announce(where: str) -> None:
    """Say where to click, to whoever looks at the terminal."""
    if sys.stderr.isatty():
        click.secho(f"\n  Limen is ready:  {where}\n", fg="green", bold=True, err=True)
