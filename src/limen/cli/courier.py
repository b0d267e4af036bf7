"""`limen courier watch`: send messages from a process of its own (CLI-02)."""

from pathlib import Path

import click

from limen.bootstrap.courier import watch as run
from limen.cli.surroundings import Surroundings
from limen.config.load import LoadRequest


@click.group(name="courier")
def courier() -> None:
    """Messages to people."""


@courier.command()
@click.option("-c", "--config", "files", multiple=True, type=click.Path(path_type=Path), help="A file; repeatable.")
@click.option("--dev", is_flag=True, help="For development. Never in production.")
@click.option("--lenient", is_flag=True, help="Unknown configuration keys are only warned of.")
@click.option(
    "--expose-metrics-port",
    type=click.IntRange(0, 65535),
    help="Tell metrics and health on this port of the admin host.",
)
@click.pass_obj
def watch(
    surroundings: Surroundings, *, files: tuple[Path, ...], dev: bool, lenient: bool, expose_metrics_port: int | None
) -> None:
    """Send what waits in the outbox until stopped. A SQLite database serves one process: use `serve --watch-courier`."""
    run(
        LoadRequest(
            files=(*surroundings.files, *files),
            environment=surroundings.environment,
            data_folder=surroundings.data_folder,
            dev=dev,
            lenient=lenient,
        ),
        expose_metrics_port,
    )
