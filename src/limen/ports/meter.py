"""How is it noted what happens how often, and how long it takes? (OBS-02)"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Literal, Protocol, TypeAlias

import msgspec

Labels: TypeAlias = tuple[tuple[str, str], ...]


class Sample(msgspec.Struct, frozen=True):
    """One figure of a family; `suffix` tells the parts of a histogram apart."""

    value: float
    labels: tuple[tuple[str, str], ...] = ()
    suffix: str = ""


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of one name."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    samples: tuple[Sample, ...]


class Histogram:
    """How many were how large; `bounds` are the upper ends of the classes."""

    __slots__ = ("_bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def note(self, value: float) -> None:
        """One more."""
        self.counts[bisect_left(self._bounds, value)] += 1
        self.total += value

    def samples(self, labels: Labels = ()) -> Iterator[Sample]:
        """As the samples of a family."""
        below = 0
        for bound, count in zip((*self._bounds, float("inf")), self.counts, strict=True):
            below += count
            yield Sample(below, (*labels, ("le", "+Inf" if bound == float("inf") else f"{bound:g}")), "_bucket")
        yield Sample(below, labels, "_count")
        yield Sample(self.total, labels, "_sum")


class Measured(Protocol):
    """Something that knows figures of its own."""

    async def figures(self) -> Sequence[Family]:
        """What they are at this moment."""
        ...


class Meter(Protocol):
    """Notes what happens; each note costs about a microsecond."""

    def seconds(self) -> float:
        """A steady clock, to take times with."""
        ...

    def answered(self, endpoint: str, method: str, status: int, began: float, sizes: tuple[int, int]) -> None:
        """A request was answered. `endpoint` is its pattern, never its path; `sizes` are bytes received and sent."""
        ...

    def flow(self, kind: str, outcome: str) -> None:
        """A flow came a step further."""
        ...

    def limited(self, limit: str) -> None:
        """Something was refused because that limit was reached."""
        ...

    def called(self, what: Literal["hook", "letter", "delivery"], name: str, outcome: str, began: float) -> None:
        """Something was done for a flow, or for a person, that took time."""
        ...

    async def told(self) -> bytes:
        """Everything noted so far, as Prometheus reads it (text format 0.0.4)."""
        ...


class Silent:
    """Notes nothing: a Meter for those who do not look."""

    def seconds(self) -> float:
        return 0.0

    def answered(self, endpoint: str, method: str, status: int, began: float, sizes: tuple[int, int]) -> None:
        """Nothing is kept."""

    def flow(self, kind: str, outcome: str) -> None:
        """Nothing is kept."""

    def limited(self, limit: str) -> None:
        """Nothing is kept."""

    def called(self, what: Literal["hook", "letter", "delivery"], name: str, outcome: str, began: float) -> None:
        """Nothing is kept."""

    async def told(self) -> bytes:
        return b""
