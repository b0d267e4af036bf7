"""What was asked for and is still owed? A row for each message whose making waits until after the answer (docs/adr/0016)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from limen.domain.flow.kinds import FlowKind
from limen.domain.identity.addresses import Via
from limen.domain.ids import FlowId, MethodName
from limen.kernel.errors import LimenError
from limen.kernel.json_doc import JsonDoc


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A message that somebody was promised, whoever has the address. What the form was sent with is kept with its flow."""

    id: str
    flow_id: FlowId
    kind: FlowKind
    method: MethodName
    address: str
    via: Via
    language: str
    """The languages that whoever asked reads (`Accept-Language`)."""
    headers: JsonDoc
    """Those headers of the request that templates may be told: an object of lists."""
    asked_at: datetime
    due_at: datetime
    """From then on any process may take it up: whoever promised it would have been done."""


class AskedGone(LimenError):
    """Somebody else made the message, or took it up, in the meantime."""


class AskedReads(Protocol):
    async def due(self, now: datetime, limit: int) -> Sequence[Asked]:
        """What nobody has made in its time, in the order in which it was asked for."""
        ...


class AskedWrites(Protocol):
    def add(self, asked: Asked) -> None: ...

    def lease(self, asked: Asked, until: datetime) -> None:
        """Take it up for oneself until then; the commit raises AskedGone when somebody else did since it was read."""
        ...

    def remove(self, id: str) -> None:
        """Together with what was made of it; the commit raises AskedGone when somebody else was quicker."""
        ...
