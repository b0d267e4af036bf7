"""How is the source of a template read? By recursive descent over its pieces; what is not supported is named with its line."""

import re
from collections.abc import Iterable
from typing import Final

from limen.app.courier.gotemplate.functions import FUNCTIONS
from limen.app.courier.gotemplate.scan import Piece, Word, pieces
from limen.app.courier.gotemplate.tree import (
    Body,
    Call,
    If,
    Insert,
    Literal,
    Nested,
    Node,
    Operand,
    Output,
    Path,
    Pipe,
    Range,
    Template,
    Text,
    With,
    broken,
)
from limen.kernel.json_doc import JsonValue

_CONSTANTS: Final[dict[str, JsonValue]] = {"true": True, "false": False, "nil": None}
_KEYWORDS: Final = frozenset({"if", "else", "end", "range", "with", "define", "template", "block"})
_DEEPEST: Final = 40
_LONGEST: Final = 256 * 1024
_ESCAPE: Final = re.compile(r"\\(.)")
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r"}


def parsed(name: str, *sources: str) -> Template:
    """The template of the first source; the others may define what it inserts. Raises TemplateBroken."""
    body: Body = ()
    defined: dict[str, Body] = {}
    for number, source in enumerate(sources):
        if len(source) > _LONGEST:
            raise broken(name, 1, "the template is longer than 256 KiB")
        parser = _Parser(name, pieces(name, source), defined)
        found = parser.body(0, frozenset())
        body = body if number else found
    return Template(name=name, body=body, defined=defined)


class _Parser:
    def __init__(self, name: str, found: Iterable[Piece], defined: dict[str, Body]) -> None:
        self._name = name
        self._pieces = iter(found)
        self._defined = defined
        self._line = 1
        self._stopped: tuple[Word, ...] = ()
        """The action that ended the last body: `end`, or `else` with what follows it."""

    def body(self, level: int, ends: frozenset[str]) -> Body:
        if level > _DEEPEST:
            raise self._broken("blocks are nested too deeply")
        opened, nodes = self._line, list[Node]()
        for piece in self._pieces:
            self._line = piece.line
            if piece.words is None:
                nodes.append(Text(piece.text))
                continue
            if not piece.words:
                raise self._broken("an action is empty")
            word = piece.words[0].text
            if word in {"end", "else"}:
                if word not in ends:
                    raise self._broken(f"{{{{{word}}}}} without the beginning of a block")
                self._stopped = piece.words
                return tuple(nodes)
            if (node := self._node(piece.words, level)) is not None:
                nodes.append(node)
        if ends:
            raise broken(self._name, opened, "a block that begins here has no {{end}}")
        return tuple(nodes)

    def _node(self, words: tuple[Word, ...], level: int) -> Node | None:  # noqa: PLR0911 (one per keyword)
        match words[0].text if words[0].kind == "name" else "":
            case "if":
                return self._if(words[1:], level)
            case "with":
                return With(self._pipe(words[1:]), *self._two(level))
            case "range":
                return Range(self._pipe(words[1:]), *self._two(level))
            case "define":
                self._defined[self._label(words)] = self._closed(level)
                return None
            case "block":
                name, pipe, line = self._label(words), self._pipe(words[2:]), self._line
                self._defined.setdefault(name, self._closed(level))
                return Insert(name, pipe, line)
            case "template":
                return Insert(self._label(words), self._pipe(words[2:]) if words[2:] else None, self._line)
            case "break" | "continue":
                raise self._broken(f"{{{{{words[0].text}}}}} is not supported")
            case _:
                return Output(self._pipe(words))

    def _if(self, condition: tuple[Word, ...], level: int) -> If:
        branches: list[tuple[Pipe | None, Body]] = []
        pipe: Pipe | None = self._pipe(condition)
        while True:
            ends = frozenset({"end"}) if pipe is None else frozenset({"end", "else"})
            branches.append((pipe, self.body(level + 1, ends)))
            words = self._stopped
            if words[0].text == "end":
                return If(tuple(branches))
            if len(words) == 1:
                pipe = None
            elif words[1].text == "if":
                pipe = self._pipe(words[2:])
            else:
                raise self._broken(f"{{{{else {words[1].text}}}}} is not supported here, only {{{{else if}}}}")

    def _two(self, level: int) -> tuple[Body, Body]:
        body = self.body(level + 1, frozenset({"end", "else"}))
        if self._stopped[0].text == "end":
            return body, ()
        if len(self._stopped) > 1:
            raise self._broken("{{else …}} with a condition is supported after {{if}} only")
        return body, self._closed(level)

    def _closed(self, level: int) -> Body:
        return self.body(level + 1, frozenset({"end"}))

    def _label(self, words: tuple[Word, ...]) -> str:
        if len(words) == 1 or words[1].kind != "string":
            raise self._broken(f'{{{{{words[0].text}}}}} needs a name in quotes: {{{{{words[0].text} "name"}}}}')
        return _unquoted(words[1].text)

    def _pipe(self, words: tuple[Word, ...]) -> Pipe:
        keeps, declares = list[str](), False
        for place, word in enumerate(words):
            if word.text in {":=", "="} and word.kind == "mark":
                keeps = [one.text for one in words[:place] if one.text != ","]
                declares = word.text == ":="
                if not keeps or not all(one.startswith("$") and len(one) > 1 for one in keeps):
                    raise self._broken(f"only variables such as $x can stand before {word.text}")
                words = words[place + 1 :]
                break
        reader = _Words(words)
        pipe = self._commands(reader, 0)
        if reader.left:
            raise self._broken(f"unexpected {reader.next().text!r}")
        return Pipe(pipe.commands, pipe.line, tuple(keeps), declares)

    def _commands(self, words: "_Words", level: int) -> Pipe:
        if level > _DEEPEST:
            raise self._broken("parentheses are nested too deeply")
        commands: list[tuple[Operand, ...]] = []
        while True:
            operands: list[Operand] = []
            while words.left and words.peek().text not in {"|", ")"}:
                operands.append(self._operand(words, level))
            if not operands:
                raise self._broken("a value or a function is missing")
            if commands and not isinstance(operands[0], Call):
                raise self._broken("only a function can stand after |")
            if len(operands) > 1 and not isinstance(operands[0], Call):
                raise self._broken("a value takes no arguments; calling methods of values is not supported")
            commands.append(tuple(operands))
            if not words.left or words.peek().text == ")":
                return Pipe(tuple(commands), self._line)
            words.next()

    def _operand(self, words: "_Words", level: int) -> Operand:  # noqa: PLR0911 (one per kind of word)
        word = words.next()
        match word.kind:
            case "string":
                return Literal(_unquoted(word.text))
            case "number":
                return Literal(float(word.text) if "." in word.text else int(word.text[:18]))
            case "field":
                return Path("", tuple(word.text[1:].split(".")))
            case "variable":
                return Path(word.text, words.fields())
            case "name":
                return self._named(word.text)
            case _:
                pass
        if word.text == ".":
            return Path("", ())
        if word.text == "(":
            pipe = self._commands(words, level + 1)
            if not words.left:
                raise self._broken("a parenthesis is not closed")
            words.next()
            return Nested(pipe, words.fields())
        raise self._broken(f"unexpected {word.text!r}")

    def _named(self, name: str) -> Operand:
        if name in _CONSTANTS:
            return Literal(_CONSTANTS[name])
        if name in _KEYWORDS:
            raise self._broken(f"{name!r} has to stand at the beginning of an action")
        if name not in FUNCTIONS:
            raise self._broken(f"the function {name!r} is not supported")
        return Call(name)

    def _broken(self, what: str) -> Exception:
        return broken(self._name, self._line, what)


class _Words:
    def __init__(self, words: tuple[Word, ...]) -> None:
        self._words = words
        self._at = 0

    @property
    def left(self) -> bool:
        return self._at < len(self._words)

    def peek(self) -> Word:
        return self._words[self._at]

    def next(self) -> Word:
        self._at += 1
        return self._words[self._at - 1]

    def fields(self) -> tuple[str, ...]:
        """The fields that are written right behind a variable or a parenthesis."""
        if self.left and self.peek().kind == "field" and not self.peek().spaced:
            return tuple(self.next().text[1:].split("."))
        return ()


def _unquoted(text: str) -> str:
    if text.startswith("`"):
        return text[1:-1]
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), text[1:-1])
