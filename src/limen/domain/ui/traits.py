"""How do traits become form fields, and what was sent in a form become traits again? (REG-09, NEGO-03)"""

import copy
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from limen.domain.identity.schema import IdentitySchema, Path, TraitField
from limen.domain.text.message import Message
from limen.domain.text.validation import generated_label
from limen.domain.ui.nodes import Group, Input, InputType, Node, elements
from limen.kernel.errors import MalformedInput
from limen.kernel.json_doc import JsonDoc, JsonObject, JsonValue, at, put

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,40}")
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?")
_LOCAL_TIME: Final = re.compile(r"[0-9-]{10}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?")
_TRUE: Final = frozenset({"1", "t", "true", "on"})
_FALSE: Final = frozenset({"0", "f", "false"})
_PLACE: Final = re.compile(r"[0-9]{1,4}")
_MAX_ELEMENTS: Final = 1000
_EXACT: Final = 2**53


def field_names(schema: IdentitySchema) -> tuple[str, ...]:
    """The names of the trait fields, in the order of the form."""
    return tuple(field.name for field in schema.fields)


def label_of(field: TraitField) -> Message | None:
    """The field's label: its title; none when the schema gives it no title."""
    return generated_label(field.title, field.name) if field.title else None


def empty_nodes(fields: Iterable[TraitField]) -> tuple[Node, ...]:
    """The fields as nodes of the group `default`; without those that `disableFormField` keeps out of forms (SCH-11)."""
    return tuple(
        Node(
            Group.DEFAULT,
            Input(
                name=field.name,
                type=field.type,
                required=field.required,
                autocomplete=field.autocomplete,
                pattern=field.pattern,
                maxlength=field.maxlength,
                options=field.options,
            ),
            label=label_of(field),
        )
        for field in fields
        if not field.disabled
    )


def trait_nodes(schema: IdentitySchema, group: Group, values: JsonDoc | None = None) -> tuple[Node, ...]:
    """The trait fields of a form, holding what `values` (traits) has for them.

    A list is one empty field to add an element, and behind it one field per element, named `traits.tags.0` and so on.
    """
    nodes = schema.nodes
    if group is not Group.DEFAULT:
        nodes = tuple(msgspec.structs.replace(node, group=group) for node in nodes)
    if values is None:
        return nodes
    held = trait_values(schema, values)
    filled: list[Node] = []
    for node in nodes:
        filled.append(node.with_value(held[node.name]) if node.name in held else node)
        filled.extend(elements(node, held))
    return tuple(filled)


def hidden_trait_nodes(schema: IdentitySchema, group: Group, values: JsonDoc | None = None) -> tuple[Node, ...]:
    """The same fields, hidden, as in the second step of a sign-up (REG-03)."""
    return tuple(_hidden(node) for node in trait_nodes(schema, group, values))


def trait_values(schema: IdentitySchema, traits: JsonDoc) -> Mapping[str, JsonDoc]:
    """What a form shows of `traits`, by field name; elements of lists by `traits.tags.0` (FLOW-18)."""
    document = traits.members()
    shown: dict[str, JsonDoc] = {}
    for field in schema.fields:
        value = at(document, field.path)
        if isinstance(value, list) and field.items is not None:
            scalars = [each for each in value[:_MAX_ELEMENTS] if not isinstance(each, dict | list) and each is not None]
            shown.update({f"{field.name}.{index}": JsonDoc.of(each) for index, each in enumerate(scalars)})
        elif value is not None and not isinstance(value, dict | list):
            shown[field.name] = JsonDoc.of(value)
    return shown


def traits_from_json(schema: IdentitySchema, sent: JsonValue) -> JsonDoc:
    """The traits that the member `traits` of a JSON submission means, to be checked next.

    What is no object counts as nothing, as in Kratos, except for an object written as JSON text. Objects in which
    something is required are there even when nothing in them was sent, so that the check names the missing field (NEGO-03).
    """
    traits = _object(sent)
    for path in schema.implied:
        _imply(traits, path)
    return JsonDoc.of(traits)


def traits_from_form(schema: IdentitySchema, sent: JsonValue) -> JsonDoc:
    """The traits that a form post means, to be checked next.

    `sent` has the names of the form (`traits.name.first`) taken apart at the dots, with text at its leaves, or lists of
    text where a name was sent more than once. Text becomes what the schema wants: numbers, true and false, lists. Text that
    fits no type stays text, so that the check can name it; empty text means that nothing was filled in; names that the
    schema does not know are passed over (NEGO-03). A time without an offset, which is all that a browser's field can send,
    is taken as UTC. Instead of all this the traits may be one JSON text.
    """
    traits: JsonObject = {} if isinstance(sent, dict) else _object(sent)
    for field in schema.fields:
        for value in _submitted(field, sent):
            put(traits, field.path, value)
    for path in schema.implied:
        _imply(traits, path)
    return JsonDoc.of(traits)


def _hidden(node: Node) -> Node:
    if not isinstance(node.attributes, Input):
        return node
    return msgspec.structs.replace(node, attributes=msgspec.structs.replace(node.attributes, type=InputType.HIDDEN))


def _object(value: JsonValue) -> JsonObject:
    if isinstance(value, str):
        try:
            value = JsonDoc.parse(value).value()
        except MalformedInput:
            return {}
    return copy.deepcopy(value) if isinstance(value, dict) else {}


def _submitted(field: TraitField, sent: JsonValue) -> Iterator[JsonValue]:
    """The value that the form gives the field: one, or none."""
    value = at(sent, field.name.split(".")[1:])
    if field.items is not None:
        kept = [_coerced(each, field.items) for each in _elements(value) if each is not None and each != ""]
        if kept:
            yield kept
        return
    if isinstance(value, list):
        value = (value[-1] if field.type is InputType.CHECKBOX else value[0]) if value else None
    if value == "":
        value = False if field.type is InputType.CHECKBOX and field.required else None
    if value is not None:
        yield _coerced(value, field.type)


def _elements(value: JsonValue) -> list[JsonValue]:
    """The elements of a list: sent under one name, or each under the name with its place (`traits.tags.0`)."""
    if not isinstance(value, dict):
        return value if isinstance(value, list) else [value]
    places = sorted((key for key in value if _PLACE.fullmatch(key)), key=int)
    return [each for place in places for each in _elements(value[place])]


def _coerced(value: JsonValue, type: InputType) -> JsonValue:
    if not isinstance(value, str):
        return value
    if type is InputType.CHECKBOX:
        lower = value.lower()
        return True if lower in _TRUE else False if lower in _FALSE else value
    if type is InputType.DATETIME and _LOCAL_TIME.fullmatch(value):
        return f"{value if value.count(':') > 1 else f'{value}:00'}Z"
    return _number(value) if type is InputType.NUMBER else value


def _number(text: str) -> JsonValue:
    if _INTEGER.fullmatch(text):
        return int(text)
    if not _DECIMAL.fullmatch(text):
        return text
    value = float(text)
    if not math.isfinite(value):
        return text
    return int(value) if value.is_integer() and abs(value) < _EXACT else value


def _imply(traits: JsonObject, path: Path) -> None:
    *outer, name = path
    parent = at(traits, outer)
    if isinstance(parent, dict) and name not in parent:
        parent[name] = {}
