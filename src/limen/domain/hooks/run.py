"""What is remembered of one run of a hook? When, how long, and how it ended; never what it was told or what it said."""

from datetime import datetime
from enum import StrEnum

import msgspec

from limen.domain.flow.kinds import FlowKind
from limen.domain.ids import FlowId


class RunOutcome(StrEnum):
    """How a hook ended."""

    WENT_ON = "went_on"
    REFUSED = "refused"
    """It gave a reason, and the flow went back to its form or ended."""
    FAILED = "failed"
    """It broke, or nobody waited for it any more."""


class HookRun(msgspec.Struct, frozen=True, kw_only=True):
    """One hook at one moment of one flow."""

    id: str
    """Sorts by when the run ended."""
    flow_id: FlowId
    flow_kind: FlowKind
    event: str
    """The moment: `LoggedIn`, `Registering`, …"""
    hook: str
    label: str
    """Which of several with the same name: the id of a web hook, the function of a hook in Python."""
    began_at: datetime
    took_us: int
    """Microseconds."""
    outcome: RunOutcome
    answer: str
    """In a few fixed words: names of effects, ids of messages, the kind of an error."""
    expires_at: datetime
    """When the flow expires: it is wiped with it."""
