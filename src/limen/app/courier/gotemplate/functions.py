"""Which functions can a template call? Comparisons, texts, lists and defaults, named as Go and its usual companions name them."""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias
from urllib.parse import quote_plus

import msgspec

from limen.kernel.json_doc import JsonObject, JsonValue

Function: TypeAlias = Callable[[Sequence[JsonValue]], JsonValue]
_LONGEST: Final = 1_000_000
_VERB: Final = re.compile(r"%(?P<flags>[-+0 #]*)(?P<width>\d{0,3})(?P<precision>\.\d{0,2})?(?P<verb>.)", re.DOTALL)


class CallRefused(Exception):
    """A function cannot do what it is asked to; the text says why."""


class Spec(msgspec.Struct, frozen=True):
    """A function and how many arguments it takes."""

    call: Function
    least: int
    most: int


def is_true(value: JsonValue) -> bool:
    """Whether a value counts as true: neither false, nothing, zero, nor empty."""
    return bool(value)


def shown(value: JsonValue) -> str:
    """A value as text; nothing for what is not there, JSON for lists and objects."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case float() if value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004 (exact as an integer)
            return str(int(value))
        case int() | float():
            return str(value)
        case _:
            return msgspec.json.encode(value).decode()


def _equal(args: Sequence[JsonValue]) -> bool:
    first, *others = args
    return any(first == other and isinstance(first, bool) == isinstance(other, bool) for other in others)


def _ordered(args: Sequence[JsonValue]) -> int:
    left, right = args
    if isinstance(left, str) and isinstance(right, str):
        return (left > right) - (left < right)
    one, other = _number(left), _number(right)
    return (one > other) - (one < other)


def _number(value: JsonValue) -> int | float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise CallRefused("it needs numbers, or two texts")


def _whole(value: JsonValue) -> int:
    found = _number(value)
    if abs(found) > _LONGEST:
        raise CallRefused("the number is too large")
    return int(found)


def _text(value: JsonValue) -> str:
    if isinstance(value, list | dict):
        raise CallRefused("it needs a text")
    return shown(value)


def _and(args: Sequence[JsonValue]) -> JsonValue:
    return next((value for value in args if not value), args[-1])


def _or(args: Sequence[JsonValue]) -> JsonValue:
    return next((value for value in args if value), args[-1])


def _len(args: Sequence[JsonValue]) -> int:
    value = args[0]
    if isinstance(value, str):
        return len(value.encode(errors="replace"))
    if isinstance(value, list | dict):
        return len(value)
    raise CallRefused("it needs a text, a list or an object")


def _index(args: Sequence[JsonValue]) -> JsonValue:
    value = args[0]
    for key in args[1:]:
        match value, key:
            case dict(), str():
                value = value.get(key)
            case list(), int():
                if not 0 <= key < len(value):
                    raise CallRefused(f"the list has no entry {key}")
                value = value[key]
            case _:
                raise CallRefused("it needs a list and a number, or an object and a text")
    return value


def _printf(args: Sequence[JsonValue]) -> str:
    left = list(args[1:])

    def verb(found: re.Match[str]) -> str:
        if found["verb"] == "%":
            return "%"
        if not left:
            raise CallRefused("there are more verbs than values")
        return _formatted(found, left.pop(0))

    text = _VERB.sub(verb, _text(args[0]))
    if left:
        raise CallRefused("there are more values than verbs")
    return text


def _formatted(found: re.Match[str], value: JsonValue) -> str:
    precision = found["precision"] or ""
    match found["verb"]:
        case "v" | "s":
            text = shown(value)[: int(precision[1:] or "0")] if precision else shown(value)
        case "q":
            text = msgspec.json.encode(_text(value)).decode()
        case "d":
            text = str(_whole(value))
        case "f":
            text = f"{_number(value):{precision or '.6'}f}"
        case "t" if isinstance(value, bool):
            text = shown(value)
        case other:
            raise CallRefused(f"the verb %{other} is not supported for this value")
    width = int(found["width"] or "0")
    if "-" in found["flags"]:
        return text.ljust(width)
    return text.zfill(width) if "0" in found["flags"] else text.rjust(width)


def _replace(args: Sequence[JsonValue]) -> str:
    old, new, text = (_text(value) for value in args)
    if old and text.count(old) * len(new) > _LONGEST:
        raise CallRefused("the text grows too long")
    return text.replace(old, new)


def _join(args: Sequence[JsonValue]) -> str:
    separator, values = args
    if not isinstance(values, list):
        raise CallRefused("it needs a list")
    if len(values) * len(_text(separator)) > _LONGEST:
        raise CallRefused("the text grows too long")
    return _text(separator).join(shown(value) for value in values)


def _has_key(args: Sequence[JsonValue]) -> bool:
    holder, key = args
    return isinstance(holder, dict) and _text(key) in holder


def _edge(place: int) -> Function:
    def edge(args: Sequence[JsonValue]) -> JsonValue:
        value = args[0]
        if not isinstance(value, list):
            raise CallRefused("it needs a list")
        return value[place] if value else None

    return edge


def _plain(value: JsonValue) -> JsonValue:
    """What may be put into a list or object that a template makes: so these never grow by holding one another."""
    if isinstance(value, list | dict):
        raise CallRefused("it takes plain values only")
    return value


def _list(args: Sequence[JsonValue]) -> JsonValue:
    return [_plain(value) for value in args]


def _dict(args: Sequence[JsonValue]) -> JsonValue:
    made: JsonObject = {
        _text(args[at]): _plain(args[at + 1]) if at + 1 < len(args) else "" for at in range(0, len(args), 2)
    }
    return made


def _trunc(args: Sequence[JsonValue]) -> str:
    length, text = _whole(args[0]), _text(args[1])
    return text[:length] if length >= 0 else text[length:]


def _on_text(change: Callable[[str], JsonValue]) -> Spec:
    return Spec(lambda args: change(_text(args[0])), 1, 1)


def _on_two(change: Callable[[str, str], JsonValue]) -> Spec:
    return Spec(lambda args: change(_text(args[0]), _text(args[1])), 2, 2)


_MANY: Final = 50
FUNCTIONS: Final[Mapping[str, Spec]] = {
    "eq": Spec(_equal, 2, _MANY),
    "ne": Spec(lambda args: not _equal(args), 2, 2),
    "lt": Spec(lambda args: _ordered(args) < 0, 2, 2),
    "le": Spec(lambda args: _ordered(args) <= 0, 2, 2),
    "gt": Spec(lambda args: _ordered(args) > 0, 2, 2),
    "ge": Spec(lambda args: _ordered(args) >= 0, 2, 2),
    "and": Spec(_and, 1, _MANY),
    "or": Spec(_or, 1, _MANY),
    "not": Spec(lambda args: not args[0], 1, 1),
    "len": Spec(_len, 1, 1),
    "index": Spec(_index, 1, _MANY),
    "print": Spec(lambda args: "".join(map(shown, args)), 0, _MANY),
    "println": Spec(lambda args: " ".join(map(shown, args)) + "\n", 0, _MANY),
    "printf": Spec(_printf, 1, _MANY),
    "html": _on_text(html.escape),
    "urlquery": _on_text(quote_plus),
    "upper": _on_text(str.upper),
    "lower": _on_text(str.lower),
    "title": _on_text(str.title),
    "trim": _on_text(str.strip),
    "trimSpace": _on_text(str.strip),
    "quote": _on_text(lambda text: f'"{text}"'),
    "squote": _on_text(lambda text: f"'{text}'"),
    "nospace": _on_text(lambda text: "".join(text.split())),
    "trimPrefix": _on_two(lambda prefix, text: text.removeprefix(prefix)),
    "trimSuffix": _on_two(lambda suffix, text: text.removesuffix(suffix)),
    "trimAll": _on_two(lambda signs, text: text.strip(signs)),
    "contains": _on_two(lambda part, text: part in text),
    "hasPrefix": _on_two(lambda prefix, text: text.startswith(prefix)),
    "hasSuffix": _on_two(lambda suffix, text: text.endswith(suffix)),
    "splitList": _on_two(lambda separator, text: list(text.split(separator) if separator else text)),
    "replace": Spec(_replace, 3, 3),
    "trunc": Spec(_trunc, 2, 2),
    "join": Spec(_join, 2, 2),
    "default": Spec(lambda args: args[1] if len(args) > 1 and args[1] else args[0], 1, 2),
    "coalesce": Spec(_or, 1, _MANY),
    "ternary": Spec(lambda args: args[0] if args[2] else args[1], 3, 3),
    "empty": Spec(lambda args: not args[0], 1, 1),
    "first": Spec(_edge(0), 1, 1),
    "last": Spec(_edge(-1), 1, 1),
    "list": Spec(_list, 0, _MANY),
    "dict": Spec(_dict, 0, _MANY),
    "hasKey": Spec(_has_key, 2, 2),
    "get": Spec(lambda args: args[0].get(_text(args[1]), "") if isinstance(args[0], dict) else "", 2, 2),
    "toString": Spec(lambda args: shown(args[0]), 1, 1),
    "add": Spec(lambda args: sum(_whole(value) for value in args), 1, _MANY),
    "sub": Spec(lambda args: _whole(args[0]) - _whole(args[1]), 2, 2),
}
"""By name, with the least and the most arguments."""
