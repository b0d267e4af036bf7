"""How is it followed what one request does, here and in the services that it calls? (OBS-03)"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Final, Protocol, Self

from limen.ports.log import Fact

Headers = Sequence[tuple[bytes, bytes]]

_NO_FACTS: Final[Mapping[str, Fact]] = {}


class Span(Protocol):
    """One piece of work, from its beginning to its end. No fact may be a secret, a trait or a value of a query."""

    def named(self, name: str) -> None:
        """What it turned out to be."""
        ...

    def tell(self, facts: Mapping[str, Fact]) -> None:
        """What became known of it."""
        ...

    def failed(self, kind: str) -> None:
        """It went wrong in that way: the name of an error's class, or a status."""
        ...


class Tracer(Protocol):
    """Begins spans; each is part of the one that is under way. An error that leaves a span is told by its class alone."""

    @property
    def active(self) -> bool:
        """Whether anybody looks."""
        ...

    def request(self, method: str, headers: Headers, *, believed: bool) -> AbstractContextManager[Span]:
        """A request that came in. With `believed` its `traceparent` says what it is part of."""
        ...

    def span(
        self, name: str, facts: Mapping[str, Fact] = _NO_FACTS, *, calls_out: bool = False
    ) -> AbstractContextManager[Span]:
        """A piece of work; with `calls_out` one that somebody else does."""
        ...

    def headers(self) -> tuple[tuple[str, str], ...]:
        """What another service is told, so that its spans belong to the one under way (WH-13)."""
        ...

    async def close(self) -> None:
        """Send what is left, within a few seconds."""
        ...


class _NoSpan:
    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing was kept."""

    def named(self, name: str) -> None:
        """Nobody asks."""

    def tell(self, facts: Mapping[str, Fact]) -> None:
        """Nobody asks."""

    def failed(self, kind: str) -> None:
        """Nobody asks."""


_NO_SPAN: Final = _NoSpan()


class Untraced:
    """Follows nothing: a Tracer for those who do not look."""

    @property
    def active(self) -> bool:
        return False

    def request(self, method: str, headers: Headers, *, believed: bool) -> AbstractContextManager[Span]:
        return _NO_SPAN

    def span(
        self, name: str, facts: Mapping[str, Fact] = _NO_FACTS, *, calls_out: bool = False
    ) -> AbstractContextManager[Span]:
        return _NO_SPAN

    def headers(self) -> tuple[tuple[str, str], ...]:
        return ()

    async def close(self) -> None:
        """There is nothing to send."""


UNTRACED: Final[Tracer] = Untraced()
