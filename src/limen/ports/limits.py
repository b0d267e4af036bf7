"""How is counted what may happen only so often? One counter for each key and window, shared by every process (security.md 5.2)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

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


class Limits(Protocol):
    """Counters in the storage."""

    async def take(self, limits: Sequence[Limit], now: datetime) -> bool:
        """Count one more for each of them, before what is counted is done; whether all of them allow it. What one limit
        refuses is still counted for the others. Of attempts at the same instant no more than `most` are allowed.
        Raises StorageUnavailable.
        """
        ...
