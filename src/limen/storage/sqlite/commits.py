"""How many units of work share a commit, and how long does it take? Counted by whoever commits (OBS-02)."""

from collections.abc import Sequence
from typing import Final

from limen.ports.meter import Family, Histogram
from limen.storage.figures import counter, gauge

_UNITS: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
_SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)


class Commits:
    """Notes commits; the writer's thread notes, the loop reads."""

    def __init__(self) -> None:
        self._sizes = Histogram(_UNITS)
        self._seconds = Histogram(_SECONDS)

    def note(self, units: int, seconds: float) -> None:
        """A commit of so many units, which took so long until it was on the disk."""
        self._sizes.note(units)
        self._seconds.note(seconds)

    def figures(self, waiting: int) -> Sequence[Family]:
        """As Prometheus is told them."""
        return (
            counter("limen_database_units_total", "Units of work that were handed to the database.", self._sizes.total),
            gauge("limen_database_units_waiting", "Units of work that wait for the next commit.", waiting),
            Family(
                name="limen_database_commit_units",
                kind="histogram",
                help="Units of work in one commit.",
                samples=tuple(self._sizes.samples()),
            ),
            Family(
                name="limen_database_commit_seconds",
                kind="histogram",
                help="How long a commit took, with its writes.",
                samples=tuple(self._seconds.samples()),
            ),
        )
