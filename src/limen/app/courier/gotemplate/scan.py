"""Which texts and actions is a template made of, and which words an action? Read in one pass, with their lines."""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from limen.app.courier.gotemplate.tree import broken

_OPEN: Final = re.compile(r"\{\{(-(?=\s))?")
_COMMENT: Final = re.compile(r"\s*/\*.*?\*/\s*?(\s-)?\}\}", re.DOTALL)
_WORD: Final = re.compile(
    r"""(?P<space>\s+)
      | (?P<close>-?\}\})
      | (?P<string>"(?:\\.|[^"\\\n])*" | `[^`]*`)
      | (?P<number>[+-]?\d+(?:\.\d+)?)
      | (?P<field>(?:\.[A-Za-z_]\w*)+)
      | (?P<variable>\$\w*)
      | (?P<name>[A-Za-z_]\w*)
      | (?P<mark>:=|[.|(),=])""",
    re.VERBOSE,
)


class Word(msgspec.Struct, frozen=True):
    """One word of an action. `spaced` tells whether white space precedes it."""

    kind: str
    text: str
    spaced: bool


class Piece(msgspec.Struct, frozen=True):
    """Literal text, or the words of an action."""

    line: int
    text: str = ""
    words: tuple[Word, ...] | None = None


def pieces(name: str, source: str) -> Iterator[Piece]:
    """Texts and actions in order; white space that an action trims is gone. Raises TemplateBroken."""
    position, line, trim = 0, 1, False
    while True:
        found = _OPEN.search(source, position)
        text = source[position : found.start() if found else len(source)]
        shown = text.lstrip() if trim else text
        if found is not None and found[1]:
            shown = shown.rstrip()
        if shown:
            yield Piece(line, text=shown)
        line += text.count("\n")
        if found is None:
            return
        comment = _COMMENT.match(source, found.end())
        if comment is not None:
            position, trim = comment.end(), comment[1] is not None
        else:
            words, position, trim = _action(name, line, source, found.end())
            yield Piece(line, words=words)
        line += source.count("\n", found.start(), position)


def _action(name: str, line: int, source: str, position: int) -> tuple[tuple[Word, ...], int, bool]:
    words: list[Word] = []
    spaced = False
    while True:
        found = _WORD.match(source, position)
        if found is None:
            rest = source[position : position + 12].split("\n", maxsplit=1)[0]
            what = f"unexpected {rest!r} in an action" if rest else "an action is not closed by }}"
            raise broken(name, line, what)
        kind, text, position = str(found.lastgroup), found[0], found.end()
        if kind == "close":
            return tuple(words), position, text.startswith("-")
        if kind == "space":
            spaced = True
            continue
        words.append(Word(kind, text, spaced))
        spaced = False
