"""What is a delivery? A call of a web hook that nobody waits for, kept until it has arrived or is given up."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec

_GROWTH: Final = 3


class DeliveryStatus(StrEnum):
    """How far a delivery is."""

    WAITING = "waiting"
    SENDING = "sending"
    """Somebody has it until `due_at`; after that, anybody may take it."""
    DELIVERED = "delivered"
    DEAD = "dead"
    """Given up; it is only sent again when an operator says so."""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One call: what is sent, not to whom. Address, headers and secrets are looked up when it is sent."""

    id: str
    """The idempotency key: the same for every attempt."""
    hook: str
    """The key of the hook in the configuration."""
    fingerprint: str
    """Tells hooks apart that share a key."""
    flow_id: str
    event: str
    target: str
    """Scheme and host, for operators to read."""
    content_type: str
    body: bytes
    status: DeliveryStatus = DeliveryStatus.WAITING
    attempts: int = 0
    """Also the claim: a lease and what becomes of it hold only while the row has the count that was read. Never set back."""
    most_attempts: int
    """After so many it is given up."""
    answer: str = ""
    """What became of the last attempt, in a few fixed words."""
    created_at: datetime
    updated_at: datetime
    due_at: datetime
    expires_at: datetime | None = None
    """When the row may go; never before it is delivered or given up."""

    def __repr__(self) -> str:
        return f"Delivery(id={self.id!r}, hook={self.hook!r}, status={self.status.value!r}, …)"


def pause_after(attempts: int, first: timedelta, longest: timedelta) -> timedelta:
    """How long to wait after so many attempts: thrice as long each time."""
    pause = first
    for _ in range(attempts - 1):
        if pause >= longest:
            break
        pause *= _GROWTH
    return min(pause, longest)
