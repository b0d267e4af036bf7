"""What is a flow? One record for all kinds; what differs between kinds is its detail (FLOW-01)."""

from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from limen.domain.flow.details import Detail
from limen.domain.flow.kinds import FlowKind, FlowType
from limen.domain.flow.states import State
from limen.domain.ids import FlowId, MethodName
from limen.domain.ui.form import Form
from limen.kernel.json_doc import EMPTY, JsonDoc

D_co = TypeVar("D_co", bound=Detail, covariant=True)


class Flow(msgspec.Struct, Generic[D_co], frozen=True, kw_only=True):
    """A form on its way: asked for, filled in, perhaps several times, and done."""

    id: FlowId
    kind: FlowKind
    type: FlowType
    state: State
    issued_at: datetime
    expires_at: datetime
    request_url: str
    return_to: str = ""
    csrf_token: str = ""
    """The base64 token of the browser that started it; empty for native flows (SEC-04)."""
    active: MethodName | None = None
    form: Form
    detail: D_co
    transient_payload: JsonDoc | None = None
    internal: JsonDoc = EMPTY
    """What methods remember between steps; never shown (FLOW-15)."""
    version: int = 0
    """Counts saves: of two submissions at the same instant one wins and the other is refused."""

    def expired(self, now: datetime) -> bool:
        return now >= self.expires_at
