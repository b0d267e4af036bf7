"""Is there a line in the log for each request? Where `log.requests` says so (OBS-04)."""

from typing import Final, Literal

from limen.config.source import ConfigSource
from limen.ports.log import Log

_HEALTH: Final = frozenset({"/health/alive", "/health/ready", "/admin/health/alive", "/admin/health/ready"})


class RequestLines:
    """Writes that line: the pattern of the address, never its path, its query or who asked."""

    def __init__(self, log: Log, source: ConfigSource, listener: Literal["public", "admin"]) -> None:
        self._log = log
        self._source = source
        self._listener = listener

    def answered(self, endpoint: str, method: str, status: int, seconds: float, size: int) -> None:
        """A request was answered, in so many seconds, with so many bytes."""
        config = self._source.current()
        if not config.log.requests:
            return
        own = config.serve.public if self._listener == "public" else config.serve.admin
        if own.request_log.disable_for_health and endpoint in _HEALTH:
            return
        self._log.info(
            "request",
            listener=self._listener,
            method=method,
            endpoint=endpoint,
            status=status,
            took_us=round(seconds * 1_000_000),
            size=size,
        )
