"""How is a sliding window counted with two fixed ones, and how long does somebody wait who guesses on? Plain arithmetic."""

from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final

import msgspec

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
FORGOTTEN_AFTER: Final = timedelta(hours=1)
"""So long after the last wrong guess, guesses are forgotten: longer than the longest wait, so that waits add up."""
SHORTEST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(minutes=30)
_DOUBLINGS: Final = 5
_JUST_AFTER: Final = timedelta(milliseconds=1)


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """At most `most` within any span of that length. What was counted in the fixed window before counts as far as that
    window still reaches into the span, as if it had come evenly. Two counters are enough, and no border lets twice as many by.
    """

    name: str
    most: int
    span: timedelta

    def place(self, now: datetime) -> int:
        """The number of the fixed window that `now` is in."""
        return (now - _EPOCH) // self.span

    def until(self, now: datetime) -> datetime:
        """When the counter of this fixed window is of no use any more."""
        return _EPOCH + (self.place(now) + 2) * self.span

    def room(self, before: int, current: int, now: datetime) -> float:
        """How many more are allowed; none when it is 0 or less."""
        return self.most - current - before * (1 - self._gone(now))

    def wait(self, before: int, current: int, now: datetime) -> timedelta:
        """How long until one more is allowed, if nothing else is counted."""
        gone = self._gone(now)
        if current < self.most:
            share = 1 - (self.most - current) / before if before else 0.0
            return max(share - gone, 0.0) * self.span + _JUST_AFTER
        return (1 - gone + (1 - self.most / current if current else 0.0)) * self.span + _JUST_AFTER

    def _gone(self, now: datetime) -> float:
        return ((now - _EPOCH) % self.span) / self.span


def pause(wrong: int, free: int) -> timedelta:
    """How long after so many wrong guesses the next one has to wait: nothing, then 1, 2, 4, 8, 16 and 30 minutes."""
    if wrong < free:
        return timedelta()
    doublings = min(wrong - free, _DOUBLINGS)
    return min(SHORTEST_WAIT * (1 << doublings), LONGEST_WAIT)


def seconds(wait: timedelta) -> int:
    """Whole seconds for `Retry-After`, at least one."""
    return max(1, ceil(wait.total_seconds()))
