"""Is this document an identity schema at all? What holds before any compiler sees it (SCH-13)."""

from collections.abc import Iterator
from typing import Final

import msgspec

from limen.domain.identity.addresses import Via
from limen.domain.identity.pointers import resolve
from limen.kernel.errors import LimenError
from limen.kernel.json_doc import JsonObject, JsonValue, at

EXTENSION: Final = "ory.sh/kratos"
MAX_REFERENCES: Final = 1024
SAME_PLACE_LISTS: Final = ("allOf", "anyOf", "oneOf")
SAME_PLACE: Final = ("not", "if", "then", "else")
_VERIFIABLE_FORMATS: Final = ("email", "email_loose", "tel", "date", "time", "date-time", "no-validate")


class Unsound(LimenError):
    """The document is no usable identity schema."""


class _Flag(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    identifier: bool = False


class _DisplayName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    display_name: bool = False


class _AccountName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    account_name: bool = False


class _Code(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    identifier: bool = False
    via: Via | None = None


class _Channel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    via: Via | None = None


class _Organizations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    matcher: str = ""


class _Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    password: _Flag = _Flag()
    webauthn: _Flag = _Flag()
    passkey: _DisplayName = _DisplayName()
    totp: _AccountName = _AccountName()
    code: _Code = _Code()


class Extension(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `ory.sh/kratos` at a trait may say (SCH-01 … SCH-09)."""

    credentials: _Credentials = _Credentials()
    verification: _Channel = _Channel()
    recovery: _Channel = _Channel()
    organizations: _Organizations = _Organizations()


def extension_of(node: JsonObject) -> Extension | None:
    """The extension keyword of a schema node, if it has one. Raises Unsound when it says what nobody understands."""
    if EXTENSION not in node:
        return None
    try:
        return msgspec.convert(node[EXTENSION], Extension)
    except msgspec.ValidationError as error:
        raise Unsound(f"The keyword {EXTENSION} is wrong: {error}") from error


def check(document: JsonObject) -> None:
    """Whether `document`, with all it refers to inside itself, describes a person. Raises Unsound naming what is wrong."""
    traits = at(document, ("properties", "traits"))
    if not isinstance(traits, dict):
        raise Unsound("It has no properties.traits; the traits of a person are described there.")
    properties = traits.get("properties")
    if traits.get("type", "object") != "object" or not isinstance(properties, dict) or not properties:
        raise Unsound("properties.traits is not an object with at least one property.")
    for name, node in properties.items():
        _check_trait(name, node)
    references = sum("$ref" in node for node in _nodes(document))
    if references > MAX_REFERENCES:
        raise Unsound(f"It has {references} references; {MAX_REFERENCES} is the most.")
    for node in _nodes(document):
        extension_of(node)
        _refuse_cycle(document, node)


def _check_trait(name: str, node: JsonValue) -> None:
    if not isinstance(node, dict):
        raise Unsound(f"The trait {name} is not described by an object.")
    extension = extension_of(node)
    if extension is None or extension.verification.via is None or "format" not in node:
        return
    if node["format"] not in _VERIFIABLE_FORMATS:
        raise Unsound(
            f"The trait {name} is to be verified, but has the format {node['format']}; "
            f"possible are {', '.join(_VERIFIABLE_FORMATS)}."
        )


def _nodes(value: JsonValue) -> Iterator[JsonObject]:
    todo: list[JsonValue] = [value]
    while todo:
        current = todo.pop()
        if isinstance(current, dict):
            yield current
            todo.extend(current.values())
        elif isinstance(current, list):
            todo.extend(current)


def _refuse_cycle(document: JsonObject, start: JsonObject) -> None:
    """A node that refers to itself without a step into the value would be checked forever."""
    if not isinstance(start.get("$ref"), str):
        return
    todo, seen = [start], set[int]()
    while todo:
        for following in _same_place(document, todo.pop()):
            if following is start:
                raise Unsound(f"The reference {start['$ref']} leads back to itself.")
            if id(following) not in seen:
                seen.add(id(following))
                todo.append(following)


def _same_place(document: JsonObject, node: JsonObject) -> Iterator[JsonObject]:
    """The nodes that the same value has to answer to as well."""
    found: list[JsonValue] = [node[key] for key in SAME_PLACE if key in node]
    for key in SAME_PLACE_LISTS:
        inner = node.get(key)
        found.extend(inner if isinstance(inner, list) else ())
    for key in ("dependencies", "dependentSchemas"):
        inner = node.get(key)
        found.extend(inner.values() if isinstance(inner, dict) else ())
    reference = node.get("$ref")
    if isinstance(reference, str):
        found.append(resolve(document, reference))
    yield from (each for each in found if isinstance(each, dict))
