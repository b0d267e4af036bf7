"""What was logged in a test? Every line, in order."""

from limen.ports.log import Fact


class KeptLog:
    def __init__(self) -> None:
        self.lines: list[tuple[str, str, dict[str, Fact]]] = []

    def info(self, event: str, **facts: Fact) -> None:
        self.lines.append(("info", event, facts))

    def warning(self, event: str, **facts: Fact) -> None:
        self.lines.append(("warning", event, facts))

    def error(self, event: str, **facts: Fact) -> None:
        self.lines.append(("error", event, facts))

    def events(self, level: str) -> list[str]:
        return [event for found, event, _ in self.lines if found == level]
