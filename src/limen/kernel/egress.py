"""How is another server called? The only door to outgoing HTTP."""

from typing import Protocol

import msgspec

from limen.kernel.errors import LimenError


class HttpCall(msgspec.Struct, frozen=True, kw_only=True):
    """One outgoing request. `timeout` is in seconds and covers everything; redirects are never followed."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    timeout: float = 5.0
    max_answer_bytes: int = 5_000_000
    allow_private: bool = True
    """Whether an address in a private range may be connected to (WH-14, SEC-17)."""


class HttpAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class EgressFailed(LimenError):
    """The other server could not be reached, refused, or broke the protocol."""


class EgressTimedOut(EgressFailed):
    """The other server did not answer within the call's `timeout`."""


class EgressTooLarge(EgressFailed):
    """The answer, with this `status`, exceeded `max_answer_bytes`."""

    def __init__(self, reason: str = "", status: int = 0) -> None:
        super().__init__(reason)
        self.status = status


class EgressForbidden(EgressFailed):
    """The address is in a private network, and `allow_private` is false (SEC-17)."""


class Egress(Protocol):
    """Calls other servers."""

    async def send(self, call: HttpCall) -> HttpAnswer:
        """The answer, whatever its status. Raises EgressFailed or one of its kinds."""
        ...
