"""What time is it? The only door to the wall clock."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time; tests move it by hand."""

    def now(self) -> datetime:
        """The current instant, in UTC and aware of it."""
        ...
