"""How are passwords hashed and judged? Both cost time, so both are asked for asynchronously and may refuse."""

from typing import Protocol

from limen.config.model import Config
from limen.kernel.errors import LimenError


class Overloaded(LimenError):
    """More hashes are waiting than may: try again in `retry_after` seconds (security.md §2.40)."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("The server is busy, try again in a moment.")
        self.retry_after = retry_after


class UnknownHash(LimenError):
    """The text is no password hash of a kind that Limen knows, or its parameters are unsafe (IMP-01, SEC-24)."""


class BreachCheckFailed(LimenError):
    """The breach service did not answer and the configuration does not allow to go on without it (PWD-13)."""


class Passwords(Protocol):
    """Hashes in a bounded pool of its own threads, never on the loop."""

    async def hash(self, password: str, config: Config) -> str:
        """A hash of the configured algorithm. Raises Overloaded."""
        ...

    async def verify(self, password: str, hash: str) -> bool:
        """Whether the password has that hash, in whatever known format it is. Raises Overloaded, UnknownHash."""
        ...

    async def verify_nobody(self, password: str, config: Config) -> None:
        """The same work as `verify`, for somebody who does not exist (SEC-07). Raises Overloaded."""
        ...

    def check_importable(self, hash: str) -> None:
        """Raises UnknownHash unless `verify` can handle the hash within safe bounds."""
        ...

    def outdated(self, hash: str, config: Config) -> bool:
        """Whether the hash is not of the configured algorithm, so that it is to be made anew (PWD-04)."""
        ...


class Breaches(Protocol):
    """How often a password was seen in known breaches (PWD-12)."""

    async def count(self, password: str, config: Config) -> int:
        """Zero when unknown, or when the service is away and that may be ignored. Raises BreachCheckFailed."""
        ...
