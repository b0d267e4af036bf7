"""`limen jsonnet format|lint`, and `limen format jsonnet`, `limen lint jsonnet` as Kratos has them (CLI-17)."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import click

from limen.adapters.jsonnet import ChildJsonnet
from limen.cli.jsonnet.layout import formatted
from limen.cli.jsonnet.tokens import Unreadable
from limen.kernel.json_doc import JsonDoc
from limen.ports.jsonnet import JsonnetFailed

_NOTHING: Final[Mapping[str, JsonDoc]] = {}
_FILES = click.argument("files", nargs=-1, required=True)


@click.command(name="jsonnet")
@_FILES
@click.option("-w", "--write", is_flag=True, help="Change the files instead of printing what they would be.")
def format_files(files: tuple[str, ...], write: bool) -> None:
    """Lay Jsonnet programs out the usual way. FILES may be patterns: mappers/**/*.jsonnet"""
    named = _named(files)
    _judge(named)
    for file in named:
        text = file.read_text()
        try:
            new = formatted(text)
        except Unreadable as error:
            raise click.ClickException(f"{file}: {error}.") from error
        if not write:
            click.echo(new, nl=False)
        elif new != text:
            file.write_text(new)


@click.command(name="jsonnet")
@_FILES
def lint_files(files: tuple[str, ...]) -> None:
    """Say what is wrong with Jsonnet programs, without running them. FILES may be patterns."""
    named = _named(files)
    _judge(named)
    click.echo(f"{len(named)} sound.")


@click.group()
def jsonnet() -> None:
    """Jsonnet programs in files."""


@click.group(name="format")
def formats() -> None:
    """Lay files out the usual way."""


@click.group()
def lint() -> None:
    """Say what is wrong with files."""


jsonnet.add_command(format_files, "format")
jsonnet.add_command(lint_files, "lint")
formats.add_command(format_files)
lint.add_command(lint_files)
lint.add_command(lint_files, "lint")


def _named(patterns: Sequence[str]) -> list[Path]:
    """The files that the patterns name, each once. Raises ClickException when one names none."""
    found: dict[Path, None] = {}
    for pattern in patterns:
        path = Path(pattern)
        if path.is_file():
            found[path] = None
            continue
        root = Path(path.anchor) if path.is_absolute() else Path()
        matching = [each for each in sorted(root.glob(str(path.relative_to(path.anchor)))) if each.is_file()]
        if not matching:
            raise click.ClickException(f"{pattern}: there is no such file.")
        found.update(dict.fromkeys(matching))
    return list(found)


def _judge(files: Sequence[Path]) -> None:
    faults = asyncio.run(_faults(files))
    if faults:
        raise click.ClickException("\n".join(faults))


async def _faults(files: Sequence[Path]) -> list[str]:
    """What is wrong: each program is read in full but not run, since nothing asks for its value."""
    child, faults = ChildJsonnet(), list[str]()
    try:
        for file in files:
            try:
                await child.evaluate(f"local checked = (\n{file.read_text()}\n);\nnull", _NOTHING)
            except (OSError, UnicodeDecodeError) as error:
                faults.append(f"{file}: cannot be read: {error}.")
            except JsonnetFailed as error:
                faults.append(f"{file}: {error.reason}")
    finally:
        await child.close()
    return faults
