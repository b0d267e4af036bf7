"""Where do new ids come from? The only door to UUID generation."""

from typing import Protocol
from uuid import UUID


class Ids(Protocol):
    """Hands out ids that nobody can guess and that never repeat."""

    def uuid(self) -> UUID:
        """A new random (version 4) UUID."""
        ...
