"""Which keys may stand where, and what may each hold? Read off the section structs, once."""

from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Literal, TypeAlias, TypeGuard, Union, get_args, get_origin

import msgspec
from msgspec import Meta

from limen.kernel.json_doc import JsonDoc


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """A single value. `accepts` is what msgspec checks it against; `syntax` says how text becomes that type."""

    accepts: object
    plain: type[object]
    syntax: str = ""
    options: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    least_length: int | None = None
    most_length: int | None = None
    pattern: str = ""

    @property
    def secret(self) -> bool:
        """Whether the value must not be printed."""
        return self.syntax == "secret"


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A list."""

    items: "Shape"
    least_length: int = 0


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """An object with keys of the operator's choice."""

    values: "Shape"


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """An object with fixed keys; `struct` is what it becomes."""

    struct: type[msgspec.Struct]
    fields: Mapping[str, "Field"]


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A value whose form another key beside it (`by`) decides; `otherwise` is a free document."""

    by: str
    sections: Mapping[str, type[msgspec.Struct]]
    open: bool

    def all(self) -> tuple[type[msgspec.Struct], ...]:
        """The forms, each once."""
        return tuple(dict.fromkeys(self.sections.values()))


Shape: TypeAlias = Leaf | Listing | Table | Section | Choice


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One key of a section."""

    attribute: str
    key: str
    shape: Shape
    required: bool
    default: object


@cache
def section(struct: type[msgspec.Struct]) -> Section:
    """The keys of a section struct."""
    hidden: frozenset[str] = getattr(struct, "not_in_files", frozenset())
    chooses: Mapping[str, str] = getattr(struct, "chooses", {})
    return Section(
        struct=struct,
        fields={
            info.encode_name: _field(info, chooses)
            for info in msgspec.structs.fields(struct)
            if info.name not in hidden
        },
    )


def _field(info: msgspec.structs.FieldInfo, chooses: Mapping[str, str]) -> Field:
    default: object = info.default
    if default is msgspec.NODEFAULT and info.default_factory is not msgspec.NODEFAULT:
        default = info.default_factory()
    return Field(
        attribute=info.name,
        key=info.encode_name,
        shape=_shape(info.type, chooses.get(info.encode_name, "")),
        required=info.required,
        default=None if default is msgspec.NODEFAULT else default,
    )


def _shape(annotation: object, chosen_by: str = "", metas: tuple[Meta, ...] = ()) -> Shape:
    origin: object = get_origin(annotation)
    arguments: tuple[object, ...] = get_args(annotation)
    if origin is Annotated:
        return _shape(arguments[0], chosen_by, tuple(meta for meta in arguments[1:] if isinstance(meta, Meta)))
    if origin is Union or origin is UnionType:
        present = tuple(option for option in arguments if option is not NoneType)
        return _choice(present, chosen_by) if chosen_by else _shape(present[0], chosen_by, metas)
    if origin is tuple:
        least = next((meta.min_length for meta in metas if meta.min_length is not None), 0)
        return Listing(items=_shape(arguments[0]), least_length=least)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return Table(values=_shape(arguments[1]))
    return _section_or_leaf(annotation, metas)


def _section_or_leaf(annotation: object, metas: tuple[Meta, ...]) -> Shape:
    return section(annotation) if is_section(annotation) else _leaf(annotation, metas)


def is_section(annotation: object) -> TypeGuard[type[msgspec.Struct]]:
    """Whether an annotation is a section struct."""
    return isinstance(annotation, type) and issubclass(annotation, msgspec.Struct) and annotation is not JsonDoc


def _choice(options: tuple[object, ...], by: str) -> Choice:
    sections: dict[str, type[msgspec.Struct]] = {}
    for option in options:
        if is_section(option):
            names: frozenset[str] = getattr(option, "chosen_by", frozenset())
            sections.update(dict.fromkeys(sorted(names), option))
    return Choice(by=by, sections=sections, open=JsonDoc in options)


def _leaf(annotation: object, metas: tuple[Meta, ...]) -> Leaf:
    options = get_args(annotation) if get_origin(annotation) is Literal else ()
    plain = annotation if isinstance(annotation, type) else str
    found = metas[-1] if metas else Meta()
    extra: Mapping[str, object] = found.extra or {}
    checked: object = annotation
    for meta in metas:
        checked = Annotated[checked, meta]
    return Leaf(
        accepts=checked,
        plain=plain,
        syntax=str(extra.get("syntax", "")),
        options=tuple(str(option) for option in options),
        least=None if found.ge is None else float(found.ge),
        most=None if found.le is None else float(found.le),
        least_length=found.min_length,
        most_length=found.max_length,
        pattern=found.pattern or "",
    )


_SYNTAX: Mapping[str, str] = {
    "duration": "a duration such as 1h30m or 250ms",
    "size": "a size such as 128MB",
    "switch": "true or false",
    "cidr": "a network such as 10.0.0.0/8",
    "url": "an address such as https://example.org/",
    "url reference": "an address",
    "location": "an address that begins with file://, base64://, http:// or https://",
}
_PLAIN: Mapping[type[object], str] = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}


def expected(shape: Shape) -> str:
    """What a value has to be, in words."""
    match shape:
        case Listing():
            return "a list" if not shape.least_length else f"a list of at least {shape.least_length}"
        case Table() | Section() | Choice():
            return "an object with keys"
        case Leaf():
            return _expected_leaf(shape)


def _expected_leaf(leaf: Leaf) -> str:
    if leaf.options:
        return "one of " + ", ".join(option or '""' for option in leaf.options)
    text = _SYNTAX.get(leaf.syntax) or _PLAIN.get(leaf.plain, "a value")
    if leaf.least is not None and leaf.most is not None:
        text += f" from {leaf.least:g} to {leaf.most:g}"
    elif leaf.least is not None:
        text += f" of at least {leaf.least:g}"
    if leaf.least_length is not None and leaf.least_length == leaf.most_length:
        text += f" of exactly {leaf.least_length} characters"
    elif leaf.least_length is not None:
        text += f" of at least {leaf.least_length} characters" if leaf.least_length > 1 else " that is not empty"
    elif leaf.pattern and leaf.syntax in {"", "secret"}:
        text += f" that matches {leaf.pattern}"
    return text
