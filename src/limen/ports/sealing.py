"""How are values kept by a browser that may neither be read nor changed there? Sealed with the cookie secrets."""

from collections.abc import Sequence
from typing import Protocol


class Sealing(Protocol):
    """Authenticated encryption. The first secret seals, every one opens (SEED0-14, SEED0-15)."""

    def seal(self, secrets: Sequence[str], purpose: str, payload: bytes) -> str:
        """Text fit for a cookie or an address. `purpose` says what it is for and must be given again to open it."""
        ...

    def open(self, secrets: Sequence[str], purpose: str, text: str) -> bytes | None:
        """The payload, or None for whatever was not sealed for this purpose with one of these secrets. Never raises."""
        ...
