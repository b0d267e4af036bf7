"""`limen config check|upgrade|explain`: is a configuration right, what is its modern form, what does a key do?"""

import sys
from pathlib import Path
from typing import Literal

import click

from limen.cli.surroundings import Surroundings
from limen.config.dialects import render_report, upgrade
from limen.config.documents import write_json, write_yaml
from limen.config.explain import explain
from limen.config.generated_secrets import NoSecrets
from limen.config.load import LoadedConfig, LoadRequest, load, merge_files, problems_of, read_files
from limen.config.problems import ConfigRefused
from limen.kernel.errors import LimenError
from limen.kernel.json_doc import JsonDoc

NOTHING_TO_CHANGE = 0
CHANGED = 1
CANNOT = 2


_FILES = click.argument("files", nargs=-1, type=click.Path(path_type=Path))
_MORE = click.option(
    "-c", "--config", "more", multiple=True, type=click.Path(path_type=Path), help="A file; repeatable."
)
_DEV = click.option("--dev", is_flag=True, help="Judge by the rules for development.")


@click.group(name="config")
def config() -> None:
    """Check, modernise and explain configurations."""


@config.command()
@_FILES
@_MORE
@_DEV
@click.option("--lenient", is_flag=True, help="Unknown keys are only warned of.")
@click.option("--strict-config", "strict", is_flag=True, help="An identity schema has to be configured.")
@click.pass_context
def check(
    context: click.Context, *, files: tuple[Path, ...], more: tuple[Path, ...], dev: bool, lenient: bool, strict: bool
) -> None:
    """Say everything that is wrong with FILES and the environment together. Exit status 1 if they cannot be used."""
    surroundings = _surroundings(context)
    request = LoadRequest(
        files=(*surroundings.files, *files, *more),
        environment=surroundings.environment,
        data_folder=surroundings.data_folder,
        dev=dev,
        lenient=lenient,
        strict=strict,
    )
    try:
        loaded = load(request, NoSecrets())
        _require_functions(loaded)
    except ConfigRefused as refused:
        for problem in refused.problems:
            click.echo(str(problem), err=True)
        sys.exit(1)
    for warning in loaded.warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo("The configuration can be used.")


def _require_functions(loaded: LoadedConfig) -> None:
    """Raises ConfigRefused for functions of hooks in Python that are not there. Only who names some waits for their import."""
    if '"python"' not in JsonDoc.of(loaded.document).text:
        return
    from limen.adapters.plugins import ImportedPlugins  # noqa: PLC0415 (as below)
    from limen.bootstrap.build import require_plugins  # noqa: PLC0415 (slow, and seldom needed)

    require_plugins(loaded, ImportedPlugins())


@config.command(name="upgrade")
@_FILES
@_MORE
@click.option("--check", "report_only", is_flag=True, help="Print the report only.")
@click.option("--output", type=click.Choice(["yaml", "json"]), default="yaml", help="Form of the document.")
@click.pass_context
def upgrade_files(
    context: click.Context,
    *,
    files: tuple[Path, ...],
    more: tuple[Path, ...],
    report_only: bool,
    output: Literal["yaml", "json"],
) -> None:
    """Print FILES, whatever release they were written for, as today's document; the report goes to stderr.

    Exit status 0: nothing to change. 1: changed. 2: something cannot be translated or read.
    """
    paths = (*_surroundings(context).files, *files, *more)
    if not paths:
        raise click.UsageError("Name a file.")
    try:
        written = merge_files(read_files(paths))
    except ConfigRefused as refused:
        click.echo(refused.reason, err=True)
        sys.exit(CANNOT)
    upgraded = upgrade(written.document)
    click.echo(render_report(upgraded), err=True, nl=False)
    if upgraded.problems:
        sys.exit(CANNOT)
    for problem in problems_of(upgraded.document, dev=True):
        click.echo(f"still to be mended {problem}", err=True)
    if not report_only:
        click.echo(write_json(upgraded.document) if output == "json" else write_yaml(upgraded.document), nl=False)
    sys.exit(CHANGED if upgraded.changes else NOTHING_TO_CHANGE)


@config.command(name="explain")
@click.argument("key")
@_MORE
@_DEV
@click.pass_context
def explain_key(context: click.Context, key: str, more: tuple[Path, ...], dev: bool) -> None:
    """Say what KEY (such as session.cookie.name) does, its default, its value and where that comes from."""
    surroundings = _surroundings(context)
    request = LoadRequest(
        files=(*surroundings.files, *more),
        environment=surroundings.environment,
        data_folder=surroundings.data_folder,
        dev=dev,
    )
    try:
        click.echo(str(explain(key, load(request, NoSecrets()))))
    except LimenError as error:
        click.echo(error.reason, err=True)
        sys.exit(1)


def _surroundings(context: click.Context) -> Surroundings:
    return context.find_object(Surroundings) or Surroundings()
