"""What is a database of Kratos asked? Identities portion by portion, and what belongs to them."""

from collections.abc import Sequence
from typing import Final, Protocol, TypeAlias

Row: TypeAlias = dict[str, object]

PORTION: Final = 500
"""Identities that are read at once."""
SECONDS: Final = 60.0
"""How long an answer may take."""
CLOSED: Final = "The database is not open."


class Tables(Protocol):
    """The database, for reading."""

    async def open(self) -> None:
        """Raises ClickException, which never quotes the address."""
        ...

    async def after(self, id: str) -> list[Row]:
        """Rows of `identities` behind this id, in their order. Raises ClickException."""
        ...

    async def of(self, text: str, ids: Sequence[str]) -> list[Row]:
        """What `text` finds for these identities; `IDS` in it stands for them. Raises ClickException."""
        ...

    async def close(self) -> None: ...
