"""Where do schemas, mappers and key sets come from? From file://, base64:// and http(s):// addresses (CFG-15)."""

from typing import Protocol

from limen.kernel.errors import LimenError


class DocumentUnavailable(LimenError):
    """The address cannot be read."""


class Documents(Protocol):
    async def read(self, url: str) -> bytes:
        """The document, at most 1 MiB. Raises DocumentUnavailable."""
        ...
