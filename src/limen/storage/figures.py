"""What does the storage tell Prometheus? Figures of its database, and what waits in its queues at this moment (OBS-02)."""

import asyncio
from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from limen.kernel.errors import LimenError
from limen.ports.meter import Family, Sample
from limen.storage.database import Database, query

_PATIENCE: Final = 3.0


class _Queues(msgspec.Struct, frozen=True, array_like=True):
    letters_waiting: int
    letters_abandoned: int
    deliveries_waiting: int
    deliveries_dead: int


def gauge(name: str, help: str, value: float) -> Family:
    """One figure that goes up and down."""
    return _one(name, "gauge", help, value)


def counter(name: str, help: str, value: float) -> Family:
    """One figure that only grows."""
    return _one(name, "counter", help, value)


def _one(name: str, kind: Literal["gauge", "counter"], help: str, value: float) -> Family:
    return Family(name=name, kind=kind, help=help, samples=(Sample(value),))


class Queues:
    """What waits, asked of the database whenever Prometheus asks."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._query = query(database, "figures.QUEUES", _Queues)
        self._values = self._query.compiled.bind()

    async def figures(self) -> Sequence[Family]:
        """How much waits and how much was given up. Without a database only that there is none: the rest is told still."""
        try:
            async with asyncio.timeout(_PATIENCE):
                found = await self._database.one(self._query, self._values)
        except (LimenError, TimeoutError):
            found = None
        up = gauge("limen_database_up", "Whether the database answers.", found is not None)
        if found is None:
            return (up,)
        return (
            up,
            gauge("limen_letters_waiting", "Messages that are to be sent.", found.letters_waiting),
            gauge(
                "limen_letters_abandoned", "Messages that were given up and are kept still.", found.letters_abandoned
            ),
            gauge("limen_deliveries_waiting", "Calls of web hooks that are to be made.", found.deliveries_waiting),
            gauge("limen_deliveries_dead", "Calls of web hooks that were given up.", found.deliveries_dead),
        )
