"""How is Jsonnet run? In a child process that can be limited and killed (architecture.md §0.7)."""

from collections.abc import Mapping
from typing import Protocol

from limen.kernel.errors import LimenError
from limen.kernel.json_doc import JsonDoc


class JsonnetFailed(LimenError):
    """The program has an error, took too long or too much memory; `reason` quotes the program's own words."""


class Jsonnet(Protocol):
    async def evaluate(self, program: str, external: Mapping[str, JsonDoc]) -> JsonDoc:
        """The document that `program` evaluates to with these `std.extVar` values. Raises JsonnetFailed."""
        ...
