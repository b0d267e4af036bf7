"""What is used of the driver? These few calls, so that a test can stand at the door and break things."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeAlias

from limen.storage.statements import Value

Row: TypeAlias = Sequence[object]


class Line(Protocol):
    """One connection to the server; one statement at a time runs on it. What it raises is the driver's."""

    async def one(self, text: str, values: tuple[Value, ...]) -> Row | None:
        """The first row."""
        ...

    async def all(self, text: str, values: tuple[Value, ...]) -> Sequence[Row]:
        """Every row."""
        ...

    async def count(self, text: str, values: tuple[Value, ...]) -> int:
        """Run one statement that changes rows; how many it touched."""
        ...

    async def script(self, text: str) -> None:
        """Run statements without parameters in one round trip."""
        ...

    def broken(self) -> bool:
        """Whether the server or the network has ended it."""
        ...

    def drop(self) -> None:
        """End it at once, whatever runs on it."""
        ...

    async def close(self) -> None:
        """Say good-bye to the server."""
        ...


Dial: TypeAlias = Callable[[], Awaitable[Line]]
"""Opens one connection. Raises what the driver raises."""
