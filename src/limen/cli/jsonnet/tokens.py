"""What is a Jsonnet program made of? Words, strings, comments, signs (jsonnet.org/ref/spec.html, lexing)."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

import msgspec


class Kind(StrEnum):
    WORD = "word"
    NUMBER = "number"
    STRING = "string"
    BLOCK = "block"
    COMMENT = "comment"
    SIGN = "sign"


class Token(msgspec.Struct, frozen=True):
    """One piece, and how many line breaks stand before it."""

    kind: Kind
    text: str
    breaks: int


_PIECES: Final = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<block>\|\|\|-?[ \t]*\n(?:[ \t]*\n)*(?P<margin>[ \t]+)[^\n]*\n(?:(?:(?P=margin)[^\n]*|[ \t]*)\n)*?[ \t]*\|\|\|)
  | (?P<comment>\#[^\n]*|//[^\n]*|/\*.*?\*/)
  | (?P<string>@"(?:[^"]|"")*"|@'(?:[^']|'')*'|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
  | (?P<number>(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)
  | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<sign>(?!/\*)(?:[{}\[\](),.;]|\+?:{1,3}|[!$~+\-*/%&|^=<>]+?(?=[!+\-~]*(?:[^!$:~+\-*/%&|^=<>]|$))|\$|[!$:~+\-*/%&|^=<>]+))
    """,
    re.VERBOSE | re.DOTALL,
)


class Unreadable(ValueError):
    """The text holds something that is no Jsonnet."""


def tokens(text: str) -> Iterator[Token]:
    """The pieces of a program. Raises Unreadable."""
    at, breaks = 0, 0
    while at < len(text):
        found = _PIECES.match(text, at)
        if found is None or not found[0]:
            line = text.count("\n", 0, at) + 1
            raise Unreadable(f"line {line}: {text[at : at + 20]!r} is no Jsonnet")
        at = found.end()
        if found.lastgroup == "space" or found["space"]:
            breaks += found[0].count("\n")
            continue
        kind = next(kind for kind in Kind if found[kind.value] is not None)
        yield Token(kind, found[0], breaks)
        breaks = 0
