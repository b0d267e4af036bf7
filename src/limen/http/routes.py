"""Which handler answers this path and method? A table; 404 and 405 are told apart as RFC 9110 asks (HTTP-92, HTTP-93)."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from limen.kernel.http_values import Handler

ANY: Final = "*"
"""Stands for every method (QK-10)."""

_PARAMETER: Final = re.compile(r"\{(\w+)(:path)?\}")
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class Errors(StrEnum):
    """How a route tells its errors."""

    JSON = "json"
    """As the envelope, whoever asks."""
    NEGOTIATED = "negotiated"
    """As the error page for browsers, as the envelope for apps (FLOW-10)."""


class Route(msgspec.Struct, frozen=True):
    handler: Handler
    errors: Errors = Errors.JSON


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What answers a path: its methods, and what the path holds."""

    methods: Mapping[str, Route]
    captured: Mapping[str, str]
    pattern: str
    """The path as the table has it, with the names of what it holds."""

    def route(self, method: str) -> Route | None:
        """The route for a method; HEAD asks what GET would answer."""
        return (
            self.methods.get(method) or self.methods.get(ANY) or (self.methods.get("GET") if method == "HEAD" else None)
        )

    @property
    def takes_changes(self) -> bool:
        """Whether something can be changed at this address at all."""
        return not _READING.issuperset(self.methods)

    @property
    def allow(self) -> str:
        return ", ".join(sorted(self.methods))


class Routes:
    """A fixed table: paths without parameters by look-up, the few others by pattern, in the order given."""

    def __init__(self, table: Mapping[str, Mapping[str, Route]]) -> None:
        self._plain = {
            path: Found(methods=methods, captured={}, pattern=path)
            for path, methods in table.items()
            if "{" not in path
        }
        self._patterns: list[tuple[re.Pattern[str], Mapping[str, Route], str]] = [
            (_pattern(path), methods, path) for path, methods in table.items() if "{" in path
        ]

    def methods(self) -> Mapping[str, frozenset[str]]:
        """Every path as the table has it, and the methods it takes."""
        return {
            **{path: frozenset(found.methods) for path, found in self._plain.items()},
            **{path: frozenset(methods) for _, methods, path in self._patterns},
        }

    def find(self, path: str) -> Found | None:
        plain = self._plain.get(path) or (self._plain.get(path.rstrip("/")) if path != "/" else None)
        if plain is not None:
            return plain
        for pattern, methods, template in self._patterns:
            if match := pattern.fullmatch(path):
                return Found(methods=methods, captured=match.groupdict(), pattern=template)
        return None


def _pattern(path: str) -> re.Pattern[str]:
    """`{name}` stands for one segment, `{name:path}` for the rest of the path, as frameworks write them."""
    parts: list[str] = []
    end = 0
    for found in _PARAMETER.finditer(path):
        parts += [re.escape(path[end : found.start()]), f"(?P<{found[1]}>{'.*' if found[2] else '[^/]+'})"]
        end = found.end()
    return re.compile("".join((*parts, re.escape(path[end:]))))
