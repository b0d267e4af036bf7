"""What time is it in a test? Whatever the test says."""

from datetime import UTC, datetime, timedelta


class ManualClock:
    """Stands still until it is advanced."""

    def __init__(self, start: datetime = datetime(2030, 1, 1, 12, 0, 0, tzinfo=UTC)) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def advance(self, span: timedelta | None = None, **parts: float) -> None:
        """Move on by a span, or by `hours=1, seconds=2`."""
        self._now += (span or timedelta()) + timedelta(**parts)
