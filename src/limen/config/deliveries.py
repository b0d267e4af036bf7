"""How long are web hooks tried again that nobody waits for, and how long are they kept?"""

from datetime import timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from limen.config.syntax import Duration


class DeliveriesConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Web hooks with `response.ignore`. Not Kratos' keys."""

    attempts: Annotated[int, Meta(ge=1, le=1000)] = 20
    """How often a call is tried before it is given up; with the pauses below that takes about 15 hours."""
    first_pause: Duration = timedelta(seconds=5)
    """Pause after the first attempt; each one after it is three times as long."""
    longest_pause: Duration = timedelta(hours=1)
    """Longest pause between two attempts."""
    at_once: Annotated[int, Meta(ge=1, le=50)] = 4
    """How many calls of one hook may be under way at once."""
    keep_delivered: Duration = timedelta(hours=24)
    """How long what has arrived can still be looked at and repeated; it is deleted within a day after that."""
    keep_dead: Duration = timedelta(days=30)
    """The same for what was given up."""
