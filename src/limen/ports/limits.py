"""How is counted what may happen only so often? One counter for each key and window, shared by every process (security.md 5.2)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

import msgspec


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """At most `most` times in each `window`. Windows follow one another from midnight of 1970 on: across the border of two,
    twice as many may come together.
    """

    name: str
    """What is counted, such as `letters/address/hour`."""
    key: str
    """For whom; only a hash of it is stored."""
    most: int
    window: timedelta


class Tally(msgspec.Struct, frozen=True):
    """A counter as it stands."""

    count: int = 0
    until: datetime | None = None
    """When it is forgotten; None when nothing was counted."""


class Note(msgspec.Struct, frozen=True):
    """One more for a counter, which is forgotten at `until` unless more is counted."""

    key: str
    """What is counted, and for whom; only a hash of it is stored."""
    until: datetime


MOST_READ: Final = 6
"""So many counters are read at once."""


class Limits(Protocol):
    """Counters in the storage."""

    async def tallies(self, keys: Sequence[str], now: datetime) -> Sequence[Tally]:
        """How the counters stand, in the order of the keys; at most MOST_READ. Those that are over count nothing.
        Raises StorageUnavailable.
        """
        ...

    async def note(self, notes: Sequence[Note], now: datetime) -> None:
        """Count one more for each of them, in one write. Raises StorageUnavailable."""
        ...

    async def take(self, limits: Sequence[Limit], now: datetime) -> bool:
        """Count one more for each of them, before what is counted is done; whether all of them allow it. What one limit
        refuses is still counted for the others. Of attempts at the same instant no more than `most` are allowed.
        Raises StorageUnavailable.
        """
        ...
