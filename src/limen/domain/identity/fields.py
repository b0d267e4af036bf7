"""Which traits does a form ask for? The leaves of an identity schema, in the order of the document (REG-09)."""

from collections.abc import Iterator
from typing import Final

from limen.domain.identity.pointers import resolve
from limen.domain.identity.schema import Path, TraitField
from limen.domain.ui.nodes import Autocomplete, InputType, Option
from limen.kernel.json_doc import JsonDoc, JsonObject, JsonValue, at

MAX_OPTIONS: Final = 500
_MAX_DEPTH: Final = 64
_BRANCHES: Final = ("if", "then", "else")
_SCALARS: Final = {
    "string": InputType.TEXT,
    "number": InputType.NUMBER,
    "integer": InputType.NUMBER,
    "boolean": InputType.CHECKBOX,
}
_FORMATS: Final[dict[str, tuple[InputType, Autocomplete | None]]] = {
    "date-time": (InputType.DATETIME, None),
    "email": (InputType.EMAIL, Autocomplete.EMAIL),
    "tel": (InputType.TEL, Autocomplete.TEL),
    "date": (InputType.DATE, None),
    "uri": (InputType.URL, Autocomplete.URL),
}


def fields_of(document: JsonObject, *, lone_references: bool) -> tuple[tuple[TraitField, ...], tuple[Path, ...]]:
    """The form's fields, and the objects that a form implies although nothing in them was filled in.

    Objects are flattened; lists count as one field when their elements are simple; what may be of two types, or of any, has
    no field (REG-09). Where branches (`allOf`, `oneOf`, `then` …) speak of a trait that `properties` names too, the latter
    counts; traits that only branches name come after the others.
    """
    walk = _Walk(document, lone_references)
    walk.visit(at(document, ("properties", "traits")), (), required=False, certain=True)
    return tuple(walk.fields.values()), tuple(sorted(walk.implied, key=len))


class _Walk:
    def __init__(self, document: JsonObject, lone_references: bool) -> None:
        self.document = document
        self.lone_references = lone_references
        self.fields: dict[Path, TraitField] = {}
        self.implied: list[Path] = []
        self.open: list[int] = []

    def visit(self, node: JsonValue, path: Path, *, required: bool, certain: bool) -> None:
        """`certain`: the node always applies, not only in some branch."""
        if not isinstance(node, dict) or id(node) in self.open or len(self.open) > _MAX_DEPTH:
            return
        self.open.append(id(node))
        alone = self.lone_references and isinstance(node.get("$ref"), str)
        if not alone:
            self.leaf(node, path, required)
            self.properties(node, path, certain)
        reference = node.get("$ref")
        if isinstance(reference, str):
            self.visit(resolve(self.document, reference), path, required=required, certain=certain)
        if not alone:
            for inner, always in _branches(node):
                self.visit(inner, path, required=required, certain=certain and always)
            if certain and path and node.get("type") == "object" and (required or self.asks_within(path)):
                self.implied.append(path)
        self.open.pop()

    def properties(self, node: JsonObject, path: Path, certain: bool) -> None:
        inner, names = node.get("properties"), node.get("required")
        required = names if isinstance(names, list) else []
        for name, each in inner.items() if isinstance(inner, dict) else ():
            self.visit(each, (*path, name), required=name in required, certain=certain)

    def asks_within(self, path: Path) -> bool:
        depth = len(path)
        return any(field.required and field.path[:depth] == path for field in self.fields.values()) or any(
            other[:depth] == path for other in self.implied
        )

    def leaf(self, node: JsonObject, path: Path, required: bool) -> None:
        shape = _shape(self.document, node)
        if shape is None or not path or path in self.fields:
            return
        type, items = shape
        format, title, pattern = node.get("format"), node.get("title"), node.get("pattern")
        type, autocomplete = _FORMATS.get(format, (type, None)) if isinstance(format, str) else (type, None)
        options = node.get("enum")
        self.fields[path] = TraitField(
            path=path,
            title=title if isinstance(title, str) else "",
            type=type,
            items=items,
            required=required,
            autocomplete=autocomplete,
            pattern=pattern if isinstance(pattern, str) else "",
            options=tuple(
                Option(JsonDoc.of(each)) for each in (options[:MAX_OPTIONS] if isinstance(options, list) else ())
            ),
            disabled=node.get("disableFormField") is True,
            default=JsonDoc.of(node["default"]) if "default" in node else None,
        )


def _branches(node: JsonObject) -> Iterator[tuple[JsonValue, bool]]:
    """Other nodes about the same value, and whether they always apply."""
    for key, always in (("allOf", True), ("anyOf", False), ("oneOf", False)):
        several = node.get(key)
        for each in several if isinstance(several, list) else ():
            yield each, always
    for key in _BRANCHES:
        yield node.get(key), False


def _shape(document: JsonObject, node: JsonObject) -> tuple[InputType, InputType | None] | None:
    """The input for a node, and for its elements when it is a list; None for what no input can hold."""
    if "const" in node:
        constant = _constant(node["const"])
        return None if constant is None else (constant, None)
    types = node.get("type")
    names = types if isinstance(types, list) else [types] if isinstance(types, str) else []
    match names:
        case ["array"]:
            items = _elements(document, node.get("items"))
            return None if items is None else (InputType.TEXT, items)
        case [str() as name]:
            return (_SCALARS[name], None) if name in _SCALARS else None
        case _:
            return (InputType.TEXT, None) if "default" in node and len(names) <= 2 else None  # noqa: PLR2004 # as Kratos


def _constant(value: JsonValue) -> InputType | None:
    match value:
        case bool():
            return InputType.CHECKBOX
        case int() | float():
            return InputType.NUMBER
        case str():
            return InputType.TEXT
        case _:
            return None


def _elements(document: JsonObject, items: JsonValue) -> InputType | None:
    """What the elements of a list are; text when the schema does not say, None when they are objects or lists."""
    names: set[str] = set()
    for item in items if isinstance(items, list) else [items]:
        reference = item.get("$ref") if isinstance(item, dict) else None
        target = resolve(document, reference) if isinstance(reference, str) else item
        types = target.get("type") if isinstance(target, dict) else None
        names.update(each for each in (types if isinstance(types, list) else [types]) if isinstance(each, str))
    if len(names) != 1:
        return InputType.TEXT
    return _SCALARS.get(names.pop())
