"""How are files of other systems read? JSON whole or a line each, CSV by its header; what is malformed is said with its place."""

import csv
import io
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import msgspec

from limen.cli.client.admin import members
from limen.kernel.json_doc import JsonObject, JsonValue

_GREATEST_CELL: Final = 1024 * 1024


def octets(file: Path) -> bytes:
    """All of a file. Raises ClickException."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{file}: cannot be read: {error.strerror}.") from error


def document(file: Path) -> JsonValue:
    """The JSON in a file. Raises ClickException, without quoting the file."""
    try:
        value: JsonValue = msgspec.json.decode(octets(file).removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise click.ClickException(f"{file}: this is no JSON: {error}") from error
    return value


def objects(file: Path, inside: str = "") -> list[JsonObject]:
    """The objects of a list, of the list that a member holds, or one on each line. Raises ClickException."""
    text = octets(file).removeprefix(b"\xef\xbb\xbf").strip()
    if inside or text.startswith(b"["):
        value = document(file)
        listed = members(value).get(inside) if inside and isinstance(value, dict) else value
    else:
        listed = [_line(file, number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise click.ClickException(f"{file}: there should be a list of people{f' in {inside!r}' if inside else ''}.")
    return [each for each in listed if isinstance(each, dict)]


def rows(file: Path) -> list[dict[str, str]]:
    """The lines of a CSV file, by the names of its header; comma or semicolon. Raises ClickException."""
    try:
        text = octets(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file}: this is no UTF-8 text.") from error
    head = text.partition("\n")[0]
    csv.field_size_limit(_GREATEST_CELL)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
    found: list[dict[str, str]] = []
    try:
        for row in reader:
            if None in row or None in row.values():
                raise click.ClickException(f"{file}: line {reader.line_num} has not as many columns as the header.")
            found.append(row)
    except csv.Error as error:
        raise click.ClickException(f"{file}: line {reader.line_num}: {error}.") from error
    return found


def text(of: JsonObject, *path: str) -> str:
    """Text or a number at a place, as text; empty without any."""
    found: JsonValue = of
    for name in path:
        found = members(found).get(name)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def bare(octets: bytes) -> str:
    """Base64 without padding."""
    return b64encode(octets).decode().rstrip("=")


def padded(octets: bytes) -> str:
    """Base64 with padding."""
    return b64encode(octets).decode()


def base64(text: str) -> bytes:
    """The octets of base64 in whichever alphabet, padded or not. Raises ValueError."""
    plain = text.strip().replace("-", "+").replace("_", "/").rstrip("=")
    return b64decode(plain + "=" * (-len(plain) % 4), validate=True)


def _line(file: Path, number: int, line: bytes) -> JsonValue:
    try:
        found: JsonValue = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise click.ClickException(f"{file}: line {number} is no JSON: {error}") from error
    return found


def truth(value: JsonValue, *, otherwise: bool) -> bool:
    """Whether something is meant: true, 1, "t", "yes" …"""
    if isinstance(value, str):
        return value.strip().lower() in {"1", "t", "true", "y", "yes"} if value.strip() else otherwise
    return otherwise if value is None else bool(value)


def each_of(value: JsonValue) -> Iterator[JsonObject]:
    """The objects of a list."""
    for entry in value if isinstance(value, list) else ():
        if isinstance(entry, dict):
            yield entry
