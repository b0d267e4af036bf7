"""Where does the server say what happens? In a log of events and facts, which hides what looks like a secret."""

from typing import Protocol, TypeAlias

Fact: TypeAlias = str | int | float | bool | None


class Log(Protocol):
    """Writes one line per event. `event` is a fixed sentence; whatever varies is a fact."""

    def info(self, event: str, **facts: Fact) -> None:
        """Something expected happened."""
        ...

    def warning(self, event: str, **facts: Fact) -> None:
        """Somebody should look at this when there is time."""
        ...

    def error(self, event: str, **facts: Fact) -> None:
        """Something broke, and somebody was not served."""
        ...
