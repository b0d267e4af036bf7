"""Which identities do files or the standard input hold? JSON, one or a list in each (CLI-11, CLI-13)."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from limen.http.strict_json import StrictJsonError, parse
from limen.kernel.json_doc import JsonObject, JsonValue


def identities_in(files: Sequence[Path]) -> list[JsonObject]:
    """The objects in the files, in their order; those of the standard input without files. Raises ClickException."""
    found: list[JsonObject] = []
    if not files:
        if sys.stdin.isatty():
            raise click.UsageError("Name at least one file, or send identities to the standard input.")
        return _objects("standard input", sys.stdin.buffer.read())
    for file in files:
        try:
            found += _objects(str(file), file.read_bytes())
        except OSError as error:
            raise click.ClickException(f"{file}: cannot be read: {error.strerror}.") from error
    return found


def _objects(name: str, text: bytes) -> list[JsonObject]:
    try:
        value = parse(text)
    except StrictJsonError as error:
        raise click.ClickException(f"{name}: {error}") from error
    listed: list[JsonValue] = value if isinstance(value, list) else [value]
    objects = [each for each in listed if isinstance(each, dict)]
    if len(objects) != len(listed) or not objects:
        raise click.ClickException(f"{name}: this has to be an identity, or a list of identities.")
    return objects
