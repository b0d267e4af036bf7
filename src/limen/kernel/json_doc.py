"""How does JSON that Limen does not own travel? As a document: validated text, parsed only by who needs its inside."""

from collections.abc import Sequence
from typing import Final, TypeAlias, TypeVar, Union

import msgspec

from limen.kernel.errors import MalformedInput

T = TypeVar("T")

JsonValue: TypeAlias = Union[bool, int, float, str, "list[JsonValue]", "dict[str, JsonValue]", None]
JsonObject: TypeAlias = dict[str, JsonValue]

MAX_DEPTH: Final = 64
_encoder: Final = msgspec.json.Encoder()


class JsonDoc(msgspec.Struct, frozen=True):
    """JSON text that was checked once and is passed through unparsed (traits, metadata, transient payloads)."""

    raw: msgspec.Raw

    @classmethod
    def of(cls, value: object) -> "JsonDoc":
        """The document of a plain value or Struct."""
        return cls(msgspec.Raw(_encoder.encode(value)))

    @classmethod
    def parse(cls, text: str | bytes) -> "JsonDoc":
        """The document in `text`. Raises MalformedInput unless it is JSON of bounded depth."""
        try:
            value: JsonValue = msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise MalformedInput("The value is not valid JSON.") from error
        if depth(value) > MAX_DEPTH:
            raise MalformedInput("The JSON value is nested too deeply.")
        return cls(msgspec.Raw(text.encode() if isinstance(text, str) else text))

    @classmethod
    def stored(cls, text: str | bytes) -> "JsonDoc":
        """A document that was checked before it was stored; not parsed again."""
        return cls(msgspec.Raw(text.encode() if isinstance(text, str) else text))

    def read(self, shape: type[T]) -> T:
        """The document as `shape`. Raises MalformedInput when it does not fit."""
        try:
            return msgspec.json.decode(self.raw, type=shape)
        except (msgspec.DecodeError, RecursionError) as error:
            raise MalformedInput(f"The JSON value does not have the expected form: {error}") from error

    def value(self) -> JsonValue:
        """The document as plain values."""
        found: JsonValue = msgspec.json.decode(self.raw)
        return found

    def members(self) -> JsonObject:
        """The document as an object; an empty one when it is something else."""
        found = self.value()
        return found if isinstance(found, dict) else {}

    @property
    def text(self) -> str:
        """The JSON text."""
        return bytes(self.raw).decode()

    def __eq__(self, other: object) -> bool:
        """Documents are equal when their values are, whatever their white space and order of keys."""
        if not isinstance(other, JsonDoc):
            return NotImplemented
        return bytes(self.raw) == bytes(other.raw) or self.value() == other.value()

    def __hash__(self) -> int:
        return hash(bytes(self.raw))


EMPTY: Final = JsonDoc.stored(b"{}")


def depth(value: JsonValue) -> int:
    """How deeply lists and objects are nested; a scalar has depth 0."""
    deepest = 0
    todo: list[tuple[JsonValue, int]] = [(value, 0)]
    while todo:
        current, level = todo.pop()
        if isinstance(current, dict):
            todo.extend((inner, level + 1) for inner in current.values())
        elif isinstance(current, list):
            todo.extend((inner, level + 1) for inner in current)
        else:
            continue
        deepest = max(deepest, level + 1)
    return deepest


def at(value: JsonValue, path: Sequence[str]) -> JsonValue:
    """The value at a path of keys, or None when there is none."""
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return None
        value = value[key]
    return value


def put(target: JsonObject, path: Sequence[str], value: JsonValue) -> None:
    """Set the value at a path of keys, making objects on the way; a scalar in the way is replaced."""
    for key in path[:-1]:
        inner = target.get(key)
        if not isinstance(inner, dict):
            inner = {}
            target[key] = inner
        target = inner
    target[path[-1]] = value
