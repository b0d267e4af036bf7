"""How does a document become typed sections? Strictly, and with every problem named at once."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TypeAlias, TypeVar

import msgspec

from limen.config.problems import ConfigProblem
from limen.config.shape import Choice, Field, Leaf, Listing, Section, Shape, Table, expected, section
from limen.config.syntax import check_cidr, check_url, check_url_reference, parse_duration, parse_size, parse_switch
from limen.kernel.json_doc import JsonDoc, JsonObject, JsonValue

S = TypeVar("S", bound=msgspec.Struct)
Path: TypeAlias = tuple[str, ...]


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """Stands in for a value that could not be read."""


_REFUSED = Refused()
_FEW = 14
_KINDS: Mapping[type[object], str] = {bool: "a boolean", int: "a number", float: "a number", str: "text"}


class Reading:
    """One pass over a document. Collects what is wrong; the result counts only if nothing is."""

    def __init__(self) -> None:
        self.problems: list[ConfigProblem] = []

    def struct(self, document: JsonObject, struct: type[S], path: Path = ()) -> S | None:
        """The document as `struct`; None when `problems` has grown."""
        before = len(self.problems)
        found = self._section(document, section(struct), path)
        return found if len(self.problems) == before and isinstance(found, struct) else None

    def _problem(self, path: Path, reason: str, *, unknown: bool = False) -> Refused:
        self.problems.append(ConfigProblem(path=".".join(path), reason=reason, unknown=unknown))
        return _REFUSED

    def _value(self, value: JsonValue, shape: Shape, path: Path, siblings: JsonObject) -> object:
        match shape:
            case Leaf():
                return self._leaf(value, shape, path)
            case Listing():
                return self._list(value, shape, path)
            case Choice():
                return self._choice(value, shape, path, siblings)
            case Section() | Table():
                return self._object(value, shape, path)

    def _object(self, value: JsonValue, shape: Section | Table, path: Path) -> object:
        if not isinstance(value, dict):
            return self._problem(path, f"expected {expected(shape)}, found {kind_of(value)}")
        if isinstance(shape, Section):
            return self._section(value, shape, path)
        return {key: self._value(inner, shape.values, (*path, key), {}) for key, inner in value.items()}

    def _section(self, document: JsonObject, shape: Section, path: Path) -> object:
        values: dict[str, object] = {}
        for key, value in document.items():
            field = shape.fields.get(key)
            if field is None:
                self._problem((*path, key), _unknown(key, shape.fields), unknown=True)
            elif value is not None:
                values[field.attribute] = self._value(value, field.shape, (*path, key), document)
        values |= self._unsaid(document, shape, path)
        if any(isinstance(value, Refused) for value in values.values()):
            return _REFUSED
        return shape.struct(**values)

    def _unsaid(self, document: JsonObject, shape: Section, path: Path) -> Mapping[str, object]:
        values: dict[str, object] = {}
        for field in shape.fields.values():
            if document.get(field.key) is not None:
                continue
            if isinstance(field.shape, Choice) and not field.required and not _decided(field, document):
                continue
            if isinstance(field.shape, Choice) and not field.required:
                values[field.attribute] = self._choice({}, field.shape, (*path, field.key), document)
            elif field.required:
                self._problem((*path, field.key), "is missing")
                values[field.attribute] = _REFUSED
        return values

    def _list(self, value: JsonValue, shape: Listing, path: Path) -> object:
        if not isinstance(value, list):
            return self._problem(path, f"expected {expected(shape)}, found {kind_of(value)}")
        if len(value) < shape.least_length:
            return self._problem(path, f"expected {expected(shape)}, found {len(value)}")
        items = [self._value(item, shape.items, (*path, str(at)), {}) for at, item in enumerate(value)]
        return _REFUSED if any(isinstance(item, Refused) for item in items) else tuple(items)

    def _choice(self, value: JsonValue, shape: Choice, path: Path, siblings: JsonObject) -> object:
        chosen = siblings.get(shape.by)
        struct = shape.sections.get(chosen) if isinstance(chosen, str) else None
        if not isinstance(value, dict):
            return self._problem(path, f"expected {expected(shape)}, found {kind_of(value)}")
        if struct is None:
            return JsonDoc.of(value) if shape.open else _REFUSED
        form = section(struct)
        if value and not form.fields:
            return self._problem(path, f"{chosen} has nothing to configure: remove this key")
        return self._section(value, form, path)

    def _leaf(self, value: JsonValue, leaf: Leaf, path: Path) -> object:
        try:
            return _read(value, leaf)
        except (ValueError, msgspec.ValidationError):
            found = kind_of(value)
            hint = ""
            if leaf.plain is str and not leaf.syntax and found == "a number":
                hint = ' (put it in quotes: "…")'
            wrong = f", found {found}" if _differs(value, leaf) else ""
            return self._problem(path, f"expected {expected(leaf)}{wrong}{hint}")


def _read(value: JsonValue, leaf: Leaf) -> object:
    if leaf.plain is JsonDoc:
        return JsonDoc.of(value)
    match leaf.syntax:
        case "duration":
            return parse_duration(_text(value))
        case "size":
            return parse_size(_text(value))
        case "switch":
            return parse_switch(value)
        case "cidr":
            check_cidr(_text(value))
        case "url":
            check_url(_text(value))
        case "url reference":
            check_url_reference(_text(value))
        case _:
            pass
    found: object = msgspec.convert(value, type=leaf.accepts)
    return found


def _text(value: JsonValue) -> str:
    if not isinstance(value, str):
        raise ValueError("not text")  # noqa: TRY004 (one kind of error for what does not fit)
    return value


def _decided(field: Field, document: JsonObject) -> bool:
    if not isinstance(field.shape, Choice):
        return False
    return document.get(field.shape.by) in field.shape.sections


def _differs(value: JsonValue, leaf: Leaf) -> bool:
    """Whether the kind of the value is already wrong, so that naming it helps."""
    if leaf.syntax == "switch":
        return True
    wanted = str if leaf.syntax or leaf.options else leaf.plain
    return kind_of(value) != _KINDS.get(wanted, "")


def kind_of(value: JsonValue) -> str:
    """What a value is, without saying what it holds."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "an object"


def _unknown(key: str, known: Iterable[str]) -> str:
    """Why a key is refused, with the nearest one that exists."""
    near = get_close_matches(key, list(known), n=1, cutoff=0.68)
    if near:
        return f"unknown key; did you mean {near[0]}?"
    names = sorted(known)
    return f"unknown key; known here: {', '.join(names)}" if 0 < len(names) <= _FEW else "unknown key"
