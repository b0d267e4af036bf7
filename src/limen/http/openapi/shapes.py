"""How does a wire type look as a JSON Schema? Structs become components, everything else is written in place."""

import types
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Annotated, Final, Literal, NewType, Union, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo, fields

from limen.http.openapi import names
from limen.kernel.json_doc import JsonObject, JsonValue

REFERENCE: Final = "#/components/schemas/"
_PLAIN: Final[Mapping[object, JsonObject]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bytes: {"type": "string", "contentEncoding": "base64"},
    datetime: {"type": "string", "format": "date-time"},
    type(None): {"type": "null"},
    msgspec.Raw: {},
    object: {},
}
_BOUNDS: Final = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
    "pattern": "pattern",
}
_TAGS: Final = frozenset({"node_type", "action"})
"""Fields with one value each, which tell the members of a union apart."""


def reference(name: str) -> JsonObject:
    return {"$ref": REFERENCE + name}


class Shapes:
    """Collects components. `told` types are answers, in which every field is present that is not declared as one that may be
    left out; the others are requests, in which fields without a default have to be given.
    """

    def __init__(self) -> None:
        self.components: JsonObject = {}

    def of(self, type: object, *, told: bool = True) -> JsonObject:
        """The schema of a type; of Structs and enumerations with a name, a reference to it. Raises TypeError."""
        if type in _PLAIN:
            return dict(_PLAIN[type])
        if isinstance(type, NewType):
            return self.of(type.__supertype__, told=told)
        if not isinstance(type, type_):
            return self._generic(type, told=told)
        if issubclass(type, msgspec.Struct):
            return self._struct(type, told=told)
        if issubclass(type, Enum):
            return self._enumeration(type)
        raise TypeError(f"{type!r} has no schema yet")

    def part(self, name: str, whole: type[msgspec.Struct], part: names.Part, *, told: bool = True) -> JsonObject:
        """A component that has some of the fields of a Struct, and a reference to it."""
        made = self._object(whole, part, told=told)
        self.components[name] = made
        return reference(name)

    def _struct(self, type: type[msgspec.Struct], *, told: bool) -> JsonObject:
        name = names.of(type)
        if name not in self.components:
            self.components[name] = {}  # so that a type that holds itself comes to an end
            self.components[name] = self._object(type, names.Part(), told=told)
        return reference(name)

    def _object(self, type: type[msgspec.Struct], part: names.Part, *, told: bool) -> JsonObject:
        properties: JsonObject = {}
        required: list[JsonValue] = []
        config = type.__struct_config__
        for field in fields(type):
            if part.leaves(field.encode_name):
                continue
            properties[field.encode_name] = self._field(type, field, part, told=told)
            always = field.required or (told and not config.omit_defaults)
            if (always and not (told and _may_be_missing(field))) or field.encode_name in part.always:
                required.append(field.encode_name)
        made: JsonObject = {"type": "object", "properties": properties}
        if required:
            made["required"] = required
        if config.forbid_unknown_fields:
            made["additionalProperties"] = False
        return made

    def _field(self, type: type[msgspec.Struct], field: FieldInfo, part: names.Part, *, told: bool) -> JsonObject:
        if fixed := part.fixed.get(field.encode_name):
            values: list[JsonValue] = list(fixed)
            return {"type": "string", "enum": values}
        if other := part.other.get(field.encode_name):
            return reference(other)
        if field.encode_name in _TAGS and isinstance(field.default, str):
            return {"const": field.default}
        return self.of(names.TYPES.get((type.__name__, field.name), field.type), told=told)

    def _enumeration(self, type: type[Enum]) -> JsonObject:
        values: list[JsonValue] = [str(each.value) for each in type]
        made: JsonObject = {"type": "string", "enum": values}
        name = names.ENUMERATIONS.get(type)
        if name is None:
            return made
        self.components[name] = made
        return reference(name)

    def _generic(self, type: object, *, told: bool) -> JsonObject:
        origin, arguments = get_origin(type), get_args(type)
        if origin is Annotated:
            return {**self.of(arguments[0], told=told), **_bounds(arguments[1:], arguments[0])}
        if origin is Literal:
            return {"type": "string", "enum": list(arguments)}
        if origin in {Union, types.UnionType}:
            return self._union(arguments, told=told)
        if origin in {tuple, list, frozenset, Sequence}:
            return {"type": "array", "items": self.of(arguments[0], told=told)}
        if origin in {dict, Mapping}:
            return {"type": "object", "additionalProperties": self.of(arguments[1], told=told)}
        raise TypeError(f"{type!r} has no schema yet")

    def _union(self, members: Sequence[object], *, told: bool) -> JsonObject:
        kept = [each for each in members if each is not msgspec.UnsetType]
        if name := names.UNIONS.get(frozenset(kept)):
            return reference(name)
        made: list[JsonValue] = [self.of(each, told=told) for each in kept]
        return dict(made[0]) if len(made) == 1 and isinstance(made[0], dict) else {"anyOf": made}


type_ = type
"""`type` is the field's own word for a parameter here."""


def _may_be_missing(field: FieldInfo) -> bool:
    return msgspec.UnsetType in get_args(field.type)


def _bounds(facts: Sequence[object], type: object) -> JsonObject:
    found: JsonObject = {}
    counted = "Items" if get_origin(type) in {tuple, list, frozenset, Sequence} else "Length"
    for fact in facts:
        if isinstance(fact, msgspec.Meta):
            lengths = {"min_length": f"min{counted}", "max_length": f"max{counted}"}
            for ours, theirs in {**_BOUNDS, **lengths}.items():
                if (value := getattr(fact, ours)) is not None:
                    found[theirs] = value
    return found
