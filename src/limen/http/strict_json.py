"""Is this JSON that everybody reads alike? No duplicate keys, no lone surrogates, bounded depth and size (security.md §2.25)."""

import json
import re
from typing import Final, NoReturn

import msgspec

from limen.kernel.json_doc import MAX_DEPTH, JsonObject, JsonValue

_MOST_DIGITS: Final = 64
"""U+0000 in an escape, behind an even number of backslashes: databases refuse it in text."""
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET: Final = re.compile(rb"[{}\[\]]")


class StrictJsonError(ValueError):
    """Why the text is not accepted, in words for whoever sent it."""


def parse(body: bytes) -> JsonValue:
    """The value. Raises StrictJsonError."""
    if _nested_too_deeply(body):
        raise StrictJsonError("The JSON body is nested too deeply.")
    try:
        msgspec.json.decode(body)  # rejects NaN, bad UTF-8 and lone surrogates, which the parser below lets through
        value: JsonValue = json.loads(
            body, object_pairs_hook=_unique, parse_int=_integer, parse_float=_float, parse_constant=_refused
        )
    except StrictJsonError:
        raise
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise StrictJsonError("The body is not valid JSON.") from error
    return value


def _nested_too_deeply(body: bytes) -> bool:
    """Brackets outside of strings, counted; only for bodies that have enough of them to be too deep at all."""
    if body.count(b"{") + body.count(b"[") <= MAX_DEPTH:
        return False
    level = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", body)):
        level += 1 if bracket in b"{[" else -1
        if level > MAX_DEPTH:
            return True
    return False


def _unique(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise StrictJsonError("The JSON body names a key twice.")
    return found


def _integer(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise StrictJsonError("The JSON body holds a number that is too long.")
    return int(text)


def _float(text: str) -> float:
    if len(text) > _MOST_DIGITS:
        raise StrictJsonError("The JSON body holds a number that is too long.")
    return float(text)


def _refused(text: str) -> NoReturn:
    raise StrictJsonError(f"{text} is not a JSON value.")
