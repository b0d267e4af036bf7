"""How long is waited before another try? Ever longer, and not in step with others who failed at the same moment."""

from typing import Final

_GOLDEN: Final = 0.6180339887498949


class Pace:
    """Pauses in seconds. They spread evenly from half to the whole of what is due; chance is not needed for that."""

    def __init__(self, seed: int, *, first: float, longest: float) -> None:
        self._place = seed * _GOLDEN % 1.0
        self._first = first
        self._longest = longest

    def pause(self, attempt: int) -> float:
        """The pause after the attempt of that number, counted from 0."""
        self._place = (self._place + _GOLDEN) % 1.0
        due = min(self._first * 2.0 ** min(attempt, 30), self._longest)
        return due * (1.0 + self._place) / 2.0
