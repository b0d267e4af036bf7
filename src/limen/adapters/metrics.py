"""Which figures can Prometheus read? Counts and times of this process, in the text format 0.0.4 (OBS-02)."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal

from limen import __version__
from limen.ports.meter import Family, Histogram, Labels, Measured, Sample

if TYPE_CHECKING:
    from prometheus_client import Metric

_SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_BYTES: Final = (100.0, 1_000.0, 10_000.0, 100_000.0, 1_000_000.0, 10_000_000.0)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_ALWAYS: Final = (("app", "limen"), ("version", __version__))

LabelsOf = Callable[[tuple[str, str, int]], Labels]


_NONE: Final = Histogram(())


class PrometheusMeter:
    """Notes in plain dictionaries; what Prometheus wants is worked out when it asks."""

    def __init__(self, *sources: Measured) -> None:
        self._sources = sources
        self._times: dict[tuple[str, str, int], Histogram] = {}
        self._received: dict[tuple[int, str], Histogram] = {}
        self._sent: dict[tuple[int, str], Histogram] = {}
        self._flows: dict[tuple[str, str], int] = {}
        self._limited: dict[str, int] = {}
        self._calls: dict[tuple[str, str, str], Histogram] = {}

    async def told(self) -> bytes:
        """Everything noted so far, the figures of those watched, and those of the process."""
        families = [*self._http(), *self._own()]
        for source in self._sources:
            families += await source.figures()
        return _exposition(families)

    def seconds(self) -> float:
        """Seconds of the steady clock."""
        return time.perf_counter()

    def answered(self, endpoint: str, method: str, status: int, began: float, sizes: tuple[int, int]) -> None:
        """A request was answered."""
        if method not in _METHODS:
            method = "unknown"  # whatever strangers make up is one figure
        times = self._times.setdefault((endpoint, method, status), _NONE)
        if times is _NONE:
            times = self._times[endpoint, method, status] = Histogram(_SECONDS)
        times.note(time.perf_counter() - began)
        kind = (status, method)
        if kind not in self._sent:
            self._sent[kind], self._received[kind] = Histogram(_BYTES), Histogram(_BYTES)
        self._received[kind].note(sizes[0])
        self._sent[kind].note(sizes[1])

    def flow(self, kind: str, outcome: str) -> None:
        """A flow came a step further."""
        self._flows[kind, outcome] = self._flows.get((kind, outcome), 0) + 1

    def limited(self, limit: str) -> None:
        """Something was refused because that limit was reached."""
        self._limited[limit] = self._limited.get(limit, 0) + 1

    def called(self, what: Literal["hook", "letter", "delivery"], name: str, outcome: str, began: float) -> None:
        """A hook, a letter or a delivery was done, or was not."""
        found = self._calls.setdefault((what, name, outcome), Histogram(_SECONDS))
        found.note(time.perf_counter() - began)

    def _http(self) -> Iterator[Family]:
        times = self._times
        full = {key: (*_ALWAYS, ("code", str(key[2])), ("method", key[1]), ("endpoint", key[0])) for key in times}
        yield Family(
            name="http_requests_total",
            kind="counter",
            help="Requests that were answered.",
            samples=tuple(Sample(sum(times[key].counts), labels) for key, labels in full.items()),
        )
        yield Family(
            name="http_requests_duration_seconds",
            kind="histogram",
            help="How long answers took.",
            samples=tuple(sample for key, labels in full.items() for sample in times[key].samples(labels)),
        )
        yield Family(
            name="http_response_time_seconds",
            kind="histogram",
            help="How long answers took, by endpoint alone.",
            samples=tuple(_added(times, lambda key: (*_ALWAYS, ("endpoint", key[0])))),
        )
        for name, kept in (("http_response_size_bytes", self._sent), ("http_requests_size_bytes", self._received)):
            yield Family(
                name=name,
                kind="histogram",
                help="Bytes of bodies.",
                samples=tuple(
                    sample
                    for (status, method), sizes in kept.items()
                    for sample in sizes.samples((*_ALWAYS, ("code", str(status)), ("method", method)))
                ),
            )
        buckets: dict[Labels, int] = {}
        for (_, method, status), found in times.items():
            labels = (*_ALWAYS, ("method", method), ("status_bucket", f"{status // 100}xx"))
            buckets[labels] = buckets.get(labels, 0) + sum(found.counts)
        yield Family(
            name="http_requests_statuses_total",
            kind="counter",
            help="Answers by the class of their status.",
            samples=tuple(Sample(count, labels) for labels, count in buckets.items()),
        )

    def _own(self) -> Iterator[Family]:
        yield Family(
            name="limen_flows_total",
            kind="counter",
            help="Steps of flows, by what came of them.",
            samples=tuple(
                Sample(count, (("kind", kind), ("outcome", outcome))) for (kind, outcome), count in self._flows.items()
            ),
        )
        yield Family(
            name="limen_limited_total",
            kind="counter",
            help="What was refused because a limit was reached, by limit.",
            samples=tuple(Sample(count, (("limit", limit),)) for limit, count in self._limited.items()),
        )
        for what, help in (
            ("hook", "Hooks that ran."),
            ("letter", "Tries to send messages."),
            ("delivery", "Tries to deliver."),
        ):
            yield Family(
                name=f"limen_{what}_seconds",
                kind="histogram",
                help=f"{help} How long they took, by outcome.",
                samples=tuple(
                    sample
                    for (kind, name, outcome), found in self._calls.items()
                    if kind == what
                    for sample in found.samples((("name", name), ("outcome", outcome)))
                ),
            )


def _added(times: Mapping[tuple[str, str, int], Histogram], labels_of: LabelsOf) -> Iterator[Sample]:
    """Histograms of several keys as one where their labels are the same."""
    whole: dict[Labels, Histogram] = {}
    for key, found in times.items():
        total = whole.setdefault(labels_of(key), Histogram(_SECONDS))
        total.counts = [one + more for one, more in zip(total.counts, found.counts, strict=True)]
        total.total += found.total
    for labels, found in whole.items():
        yield from found.samples(labels)


def _exposition(families: Sequence[Family]) -> bytes:
    """As Prometheus reads them, with memory, processor time and open files of the process."""
    from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest  # noqa: PLC0415 (not at the start)

    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    registry.register(_Collected(families))
    return generate_latest(registry)


class _Collected:
    def __init__(self, families: Sequence[Family]) -> None:
        self._families = families

    def collect(self) -> "Iterable[Metric]":
        from prometheus_client import Metric  # noqa: PLC0415 (not at the start)

        for family in self._families:
            metric = Metric(family.name.removesuffix("_total"), family.help, family.kind)
            ending = "_total" if family.kind == "counter" else ""
            for sample in family.samples:
                metric.add_sample(metric.name + ending + sample.suffix, dict(sample.labels), sample.value)
            yield metric
