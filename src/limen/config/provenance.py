"""Where did each value come from?"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeAlias

import msgspec

from limen.kernel.json_doc import JsonObject, JsonValue

KeyPath: TypeAlias = tuple[str, ...]


class OriginKind(StrEnum):
    """The places that can set a value, weakest first."""

    DEFAULT = "default"
    FILE = "file"
    FLAG = "flag"
    ENVIRONMENT = "environment"


class Origin(msgspec.Struct, frozen=True):
    """One place that set a value; `name` is the file, flag or variable."""

    kind: OriginKind
    name: str = ""

    def __str__(self) -> str:
        return {
            OriginKind.DEFAULT: "default",
            OriginKind.FILE: self.name,
            OriginKind.FLAG: f"flag {self.name}",
            OriginKind.ENVIRONMENT: f"environment variable {self.name}",
        }[self.kind]


DEFAULT = Origin(OriginKind.DEFAULT)


class Provenance(msgspec.Struct, frozen=True):
    """Origins by the path of what they set; what is below a path comes from the same place."""

    origins: Mapping[KeyPath, Origin] = msgspec.field(default_factory=dict[KeyPath, Origin])
    written_as: Mapping[KeyPath, str] = msgspec.field(default_factory=dict[KeyPath, str])
    """Older spellings of translated paths, as the files have them."""

    def of(self, path: KeyPath) -> Origin:
        """Where the value at `path` came from; for a whole section, where the first of its values did."""
        for length in range(len(path), 0, -1):
            if (found := self.origins.get(path[:length])) is not None:
                return found
        below = (origin for key, origin in self.origins.items() if key[: len(path)] == path)
        return next(below, DEFAULT)

    def spelling(self, path: KeyPath) -> str:
        """How the file writes `path`, if an older form was translated; else an empty string."""
        for length in range(len(path), 0, -1):
            if (found := self.written_as.get(path[:length])) is not None:
                return ".".join((found, *path[length:]))
        return ""


def leaves(value: JsonValue, path: KeyPath = ()) -> Iterable[KeyPath]:
    """The paths of everything that is no object; a list counts as one value."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    else:
        yield path


def overlay(below: JsonObject, above: JsonObject) -> JsonObject:
    """Two documents as one: objects are joined, everything else of `above` wins, and nothing (null) changes nothing."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        if isinstance(value, dict) and isinstance(old, dict):
            merged[key] = overlay(old, value)
        elif value is not None or key not in merged:
            merged[key] = value
    return merged
