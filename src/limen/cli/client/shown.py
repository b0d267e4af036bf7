"""How is an answer printed? As a table to people, as JSON into a pipe, or as `--format` says (CLI-21)."""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Final

import click
import msgspec
import yaml

from limen.kernel.json_doc import JsonValue

FORMATS: Final = ("default", "table", "json", "json-pretty", "yaml", "jsonpath", "jsonpointer")
_SEEKING: Final = ("jsonpath", "jsonpointer")


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """Something to print: the value itself, the same as a table, and the ids alone for `--quiet`."""

    value: JsonValue
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    ids: Sequence[str] = ()
    note: str = ""
    """Printed below a table, never with anything else."""


class Printer:
    """Prints as the command line asks."""

    def __init__(self, format: str = "", *, quiet: bool = False, tell: Callable[[str], None] = click.echo) -> None:
        self._format, _, self._wanted = (format or _usual()).partition("=")
        if self._format not in FORMATS or (self._format in _SEEKING) != bool(self._wanted):
            known = ", ".join((*FORMATS[:-2], "jsonpath=EXPRESSION", "jsonpointer=POINTER"))
            raise click.UsageError(f"The format {format!r} is not known. There are {known}.")
        self._quiet = quiet
        self._tell = tell

    def show(self, shown: Shown) -> None:
        """Raises click.UsageError for an expression that is none."""
        if self._quiet:
            if shown.ids:
                self._tell("\n".join(shown.ids))
            return
        match self._format:
            case "json":
                self._tell(json.dumps(shown.value, ensure_ascii=False))
            case "json-pretty":
                self._tell(json.dumps(shown.value, ensure_ascii=False, indent=2))
            case "yaml":
                self._tell(yaml.safe_dump(shown.value, sort_keys=False, allow_unicode=True).rstrip())
            case "jsonpath":
                self._tell(_by_path(shown.value, self._wanted))
            case "jsonpointer":
                self._tell(_by_pointer(shown.value, self._wanted))
            case _:
                _table(shown)


def _usual() -> str:
    return "table" if sys.stdout.isatty() else "json"


def _by_path(value: JsonValue, expression: str) -> str:
    """What an expression finds, one line each. `{.id}` and `id` are taken for `$.id`."""
    from jsonpath import JSONPathError, findall  # noqa: PLC0415 (most commands need none)

    inner = expression.strip().removeprefix("{").removesuffix("}")
    full = inner if inner.startswith("$") else f"$.{inner.removeprefix('.')}"
    try:
        found = findall(full, value)
    except JSONPathError as error:
        raise click.UsageError(f"{expression!r} is no JSONPath: {error}") from error
    return "\n".join(_bare(each) for each in found)


def _by_pointer(value: JsonValue, pointer: str) -> str:
    from jsonpath import JSONPointerError, resolve  # noqa: PLC0415 (most commands need none)

    try:
        return _bare(resolve(pointer, value))  # type: ignore[arg-type]
    except JSONPointerError as error:
        raise click.UsageError(f"{pointer!r} points to nothing: {error}") from error


def _bare(found: object) -> str:
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)


def _table(shown: Shown) -> None:
    from rich.console import Console  # noqa: PLC0415 (most commands need none)
    from rich.table import Table  # noqa: PLC0415 (most commands need none)

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in shown.headings:
        table.add_column(heading, overflow="fold")
    for row in shown.rows:
        table.add_row(*row)
    on_terminal = sys.stdout.isatty()
    console = Console(
        file=sys.stdout, width=None if on_terminal else 10_000, highlight=False, markup=False, soft_wrap=not on_terminal
    )
    console.print(table)
    if shown.note:
        console.print(shown.note, style="dim")
