"""To which request does a line of the log belong? To the one under way where it is written."""

import re
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Final

from limen.kernel.ids import Ids

_SANE: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
_HEADER: Final = b"x-request-id"


class RequestMark:
    """The id of one request: the `X-Request-Id` it came with if that is sane, else one of its own. Found when asked for."""

    __slots__ = ("_headers", "_id", "_ids")

    def __init__(self, headers: Sequence[tuple[bytes, bytes]], ids: Ids) -> None:
        self._headers = headers
        self._ids = ids
        self._id = ""

    @property
    def id(self) -> str:
        """The same each time."""
        if not self._id:
            told = next((value for name, value in self._headers if name == _HEADER), b"")
            self._id = told.decode("ascii") if _SANE.fullmatch(told) else str(self._ids.uuid())
        return self._id


CURRENT: Final[ContextVar[RequestMark | None]] = ContextVar("limen_request", default=None)
"""The request under way; what it starts beside itself belongs to it as well."""
