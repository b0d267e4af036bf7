"""What text does a template make of its data? Interpreted step by step, within limits of work, depth and length."""

import re
from collections import ChainMap
from collections.abc import Iterator
from typing import Final, TypeAlias

from limen.app.courier.gotemplate.functions import FUNCTIONS, CallRefused, is_true, shown
from limen.app.courier.gotemplate.markup import Markup
from limen.app.courier.gotemplate.tree import (
    Body,
    Call,
    If,
    Insert,
    Kind,
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
from limen.kernel.json_doc import JsonObject, JsonValue

Rendered: TypeAlias = str
Variables: TypeAlias = ChainMap[str, JsonValue]
_MOST_STEPS: Final = 100_000
_LONGEST: Final = 1_000_000
_DEEPEST: Final = 30
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def render(template: Template, data: JsonObject, kind: Kind) -> Rendered:
    """The text. Raises TemplateBroken for a field that does not exist, and whatever cannot be done."""
    run = _Run(template, kind, data)
    run.body(template.body, data, ChainMap({"$": data}), 0)
    return "".join(run.parts)


class _Run:
    def __init__(self, template: Template, kind: Kind, data: JsonObject) -> None:
        self._template = template
        self._kind = kind
        self._data = data
        self._markup = Markup()
        self._steps = 0
        self._length = 0
        self._line = 1
        self.parts: list[str] = []

    def body(self, body: Body, dot: JsonValue, variables: Variables, level: int) -> None:
        if level > _DEEPEST:
            raise self._broken("templates insert one another too deeply")
        for node in body:
            self._node(node, dot, variables, level)

    def _node(self, node: Node, dot: JsonValue, variables: Variables, level: int) -> None:
        match node:
            case Text():
                self._step()
                if self._kind is Kind.HTML:
                    self._markup.literal(node.text)
                self._write(node.text)
            case Output():
                value = self._pipe(node.pipe, dot, variables)
                if not node.pipe.keeps:
                    self._insert(shown(value))
            case If():
                self._if(node, dot, variables, level)
            case With():
                inner = variables.new_child()
                value = self._pipe(node.pipe, dot, inner)
                if is_true(value):
                    self.body(node.body, value, inner, level + 1)
                else:
                    self.body(node.otherwise, dot, variables.new_child(), level + 1)
            case Range():
                self._range(node, dot, variables, level)
            case Insert():
                self._other(node, dot, variables, level)

    def _if(self, node: If, dot: JsonValue, variables: Variables, level: int) -> None:
        for condition, body in node.branches:
            inner = variables.new_child()
            if condition is None or is_true(self._pipe(condition, dot, inner)):
                self.body(body, dot, inner, level + 1)
                return

    def _range(self, node: Range, dot: JsonValue, variables: Variables, level: int) -> None:
        plain = Pipe(node.pipe.commands, node.pipe.line)
        entries = list(self._entries(self._pipe(plain, dot, variables)))
        if not entries:
            self.body(node.otherwise, dot, variables, level + 1)
        for key, value in entries:
            inner = variables.new_child()
            if len(node.pipe.keeps) > 1:
                inner[node.pipe.keeps[0]] = key
            if node.pipe.keeps:
                inner[node.pipe.keeps[-1]] = value
            self._step()
            self.body(node.body, value, inner, level + 1)

    def _entries(self, value: JsonValue) -> Iterator[tuple[JsonValue, JsonValue]]:
        match value:
            case list():
                yield from enumerate(value)
            case dict():
                yield from sorted(value.items())
            case None:
                return
            case _:
                raise self._broken("{{range}} needs a list or an object")

    def _other(self, node: Insert, dot: JsonValue, variables: Variables, level: int) -> None:
        self._line = node.line
        body = self._template.defined.get(node.name)
        if body is None:
            raise self._broken(f'there is no template "{node.name}"')
        value = None if node.pipe is None else self._pipe(node.pipe, dot, variables)
        self.body(body, value, ChainMap({"$": value}), level + 1)

    def _pipe(self, pipe: Pipe, dot: JsonValue, variables: Variables) -> JsonValue:
        self._line = pipe.line
        value: JsonValue = None
        for number, command in enumerate(pipe.commands):
            self._step()
            first, *rest = command
            if isinstance(first, Call):
                args = [self._operand(operand, dot, variables) for operand in rest]
                value = self._call(first.name, [*args, value] if number else args)
            else:
                value = self._operand(first, dot, variables)
        for name in pipe.keeps:
            if pipe.declares:
                variables[name] = value
                continue
            scope = next((scope for scope in variables.maps if name in scope), None)
            if scope is None:
                raise self._broken(f"the variable {name} was not declared with :=")
            scope[name] = value
        return value

    def _operand(self, operand: Operand, dot: JsonValue, variables: Variables) -> JsonValue:
        match operand:
            case Literal():
                return operand.value
            case Path():
                if operand.root and operand.root not in variables:
                    raise self._broken(f"the variable {operand.root} is not known here")
                return self._field(variables[operand.root] if operand.root else dot, operand.names)
            case Nested():
                return self._field(self._pipe(operand.pipe, dot, variables), operand.names)
            case Call():
                return self._call(operand.name, [])

    def _field(self, value: JsonValue, names: tuple[str, ...]) -> JsonValue:
        for name in names:
            if value is self._data and name not in self._data:
                raise self._broken(f"this message has no field .{name}; it has .{', .'.join(sorted(self._data))}")
            if value is not None and not isinstance(value, dict):
                raise self._broken(f"the value before .{name} has no fields")
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def _call(self, name: str, args: list[JsonValue]) -> JsonValue:
        spec = FUNCTIONS[name]
        if name == "html" and self._kind is Kind.HTML and args:
            return args[0]
        if not spec.least <= len(args) <= spec.most:
            raise self._broken(f"the function {name} is given {len(args)} values")
        try:
            found = spec.call(args)
        except CallRefused as error:
            raise self._broken(f"the function {name}: {error}") from error
        if isinstance(found, str) and len(found) > _LONGEST:
            raise self._broken(f"the function {name} makes a text of more than a million characters")
        return found

    def _insert(self, value: str) -> None:
        match self._kind:
            case Kind.TEXT:
                self._write(value)
            case Kind.LINE:
                self._write(_BREAKS.sub(" ", value))
            case Kind.HTML:
                try:
                    self._write(self._markup.inserted(value))
                except ValueError as error:
                    raise self._broken(str(error)) from error

    def _write(self, text: str) -> None:
        self._length += len(text)
        if self._length > _LONGEST:
            raise self._broken("the text is longer than a million characters")
        self.parts.append(text)

    def _step(self) -> None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise self._broken("the template takes too many steps")

    def _broken(self, what: str) -> Exception:
        return broken(self._template.name, self._line, what)
