"""What is a parsed template? A tree of frozen values, each of which knows its line."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

import msgspec

from limen.kernel.json_doc import JsonValue
from limen.ports.courier import TemplateBroken


class Kind(StrEnum):
    """What the text that comes out is for."""

    TEXT = "text"
    HTML = "html"
    """What is inserted is escaped for its place."""
    LINE = "line"
    """One line of a header: what is inserted cannot break it."""


class Literal(msgspec.Struct, frozen=True):
    """A constant."""

    value: JsonValue


class Path(msgspec.Struct, frozen=True):
    """A field of the present value (`root` is empty) or of a variable (`$`, `$name`)."""

    root: str
    names: tuple[str, ...]


class Call(msgspec.Struct, frozen=True):
    """A function by name; what it is given stands beside it in its command."""

    name: str


class Nested(msgspec.Struct, frozen=True):
    """A pipeline in parentheses, perhaps with fields of its result."""

    pipe: "Pipe"
    names: tuple[str, ...]


Operand: TypeAlias = Literal | Path | Call | Nested


class Pipe(msgspec.Struct, frozen=True):
    """Commands, each of which is given the result of the one before as its last argument; perhaps kept in variables."""

    commands: tuple[tuple[Operand, ...], ...]
    line: int
    keeps: tuple[str, ...] = ()
    declares: bool = False


class Text(msgspec.Struct, frozen=True):
    text: str


class Output(msgspec.Struct, frozen=True):
    pipe: Pipe


class If(msgspec.Struct, frozen=True):
    """The first branch whose condition holds; the last one may have none."""

    branches: tuple[tuple[Pipe | None, "Body"], ...]


class With(msgspec.Struct, frozen=True):
    pipe: Pipe
    body: "Body"
    otherwise: "Body"


class Range(msgspec.Struct, frozen=True):
    pipe: Pipe
    body: "Body"
    otherwise: "Body"


class Insert(msgspec.Struct, frozen=True):
    """Another template, by name, over a value."""

    name: str
    pipe: Pipe | None
    line: int


Node: TypeAlias = Text | Output | If | With | Range | Insert
Body: TypeAlias = tuple[Node, ...]


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """A template and those that it defines."""

    name: str
    body: Body
    defined: Mapping[str, Body]


def broken(template: str, line: int, what: str) -> TemplateBroken:
    """The error for something in a template that cannot be read or done."""
    return TemplateBroken(f"The template {template} cannot be used: line {line}: {what}")
