"""How do the fields of a source become traits? By rules `field=traits.path`; usual ones reach as far as the schema has room."""

from collections.abc import Sequence
from typing import Final

import click
import msgspec

from limen.kernel.json_doc import JsonObject, JsonValue

ROOTS: Final = ("traits", "metadata_public", "metadata_admin")


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A field of the source, and where it goes."""

    field: str
    target: tuple[str, ...]
    wanted: bool = False
    """Whether somebody asked for it, so that the schema may refuse it; else it is left out where there is no room."""


def rule(text: str, *, wanted: bool = False) -> Rule:
    """The rule in `email=traits.email`. Raises click.UsageError."""
    field, _, target = text.partition("=")
    path = tuple(target.split("."))
    if not field or path[0] not in ROOTS or not all(path):
        raise click.UsageError(
            f"A mapping is written as field=traits.name (or metadata_public.name, metadata_admin.name), and {text!r} is not."
        )
    return Rule(field=field, target=path, wanted=wanted)


def rules(given: Sequence[str], usual: Sequence[Rule], schema: JsonObject) -> tuple[Rule, ...]:
    """The rules that hold: those given, and of the usual ones those for other roots than the given.

    A usual rule for a trait that the schema does not have is left out: nobody asked for it. Raises click.UsageError.
    """
    asked = tuple(rule(text, wanted=True) for text in given)
    taken = {each.target[0] for each in asked}
    left = (each for each in usual if each.target[0] not in taken)
    return (*asked, *(each for each in left if each.wanted or _has_room(schema, each.target)))


def mapped(fields: JsonObject, by: Sequence[Rule], schema: JsonObject) -> JsonObject:
    """Traits and metadata. Fields that are missing or empty text set nothing; text becomes a number where one is wanted."""
    found: JsonObject = {"traits": {}}
    for each in by:
        value = picked(fields, each.field)
        if value is not None and value != "":
            _put(found, each.target, _fitting(value, _rule_of(schema, each.target)))
    return found


def picked(fields: JsonObject, name: str) -> JsonValue:
    """The field of this name; dots lead into objects. None when there is none."""
    if name in fields:
        return fields[name]
    found: JsonValue = fields
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _put(into: JsonObject, path: Sequence[str], value: JsonValue) -> None:
    for part in path[:-1]:
        inner = into.setdefault(part, {})
        if not isinstance(inner, dict):
            inner = into[part] = {}
        into = inner
    into[path[-1]] = value


def _rule_of(schema: JsonObject, path: Sequence[str]) -> JsonObject | None:
    """What the schema says of a place; None where it says nothing."""
    found: JsonValue = schema
    for part in path:
        properties = found.get("properties") if isinstance(found, dict) else None
        found = properties.get(part) if isinstance(properties, dict) else None
    return found if isinstance(found, dict) else None


def _has_room(schema: JsonObject, path: Sequence[str]) -> bool:
    """Whether the schema has a trait there that is no object; metadata hold anything."""
    there = _rule_of(schema, path)
    return path[0] != "traits" or len(path) == 1 or (there is not None and there.get("type") != "object")


def _fitting(value: JsonValue, wanted: JsonObject | None) -> JsonValue:
    """Text as the number or the truth value that the schema wants; what is none stays text, and the schema refuses it."""
    kind = wanted.get("type") if wanted else None
    if not isinstance(value, str) or not isinstance(kind, str):
        return value
    if kind == "boolean":
        return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(value.lower(), value)
    try:
        return int(value) if kind == "integer" else float(value) if kind == "number" else value
    except ValueError:
        return value
