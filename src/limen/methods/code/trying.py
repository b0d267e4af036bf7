"""What comes of a code that proves an address, or lets somebody back in? The same for both (REC-05, VER-03)."""

from typing import Generic, TypeVar

import msgspec

from limen.app.flows import proving
from limen.app.flows.contract import Stay
from limen.app.scope import Scope
from limen.domain.flow.details import Detail
from limen.domain.flow.flow import Flow
from limen.domain.identity.identity import Identity
from limen.domain.text import shared
from limen.domain.text.message import Message
from limen.ports.one_time_secrets import OneTimeSecret

D = TypeVar("D", bound=Detail)


class Right(msgspec.Struct, Generic[D], frozen=True, kw_only=True):
    """The code is the one that was sent; whose it is, and the form with the submission counted."""

    flow: Flow[D]
    secret: OneTimeSecret
    identity: Identity


async def tried(scope: Scope, flow: Flow[D], code: str, wrong: Message) -> Right[D] | Stay[D]:
    """The right code, or the form again with what is wrong. Raises StartOver after too many codes, and for an old one."""
    counted, came = await proving.tried(scope, flow, code)
    if came.too_often:
        raise proving.StartOver(proving.too_often())
    again = Stay(flow=counted, messages=(wrong,), again=False)
    if came.secret is None or came.secret.identity_id is None:
        return again
    if came.secret.expires_at <= scope.services.clock.now():
        raise proving.StartOver(shared.flow_expired(flow.kind, came.secret.expires_at))
    identity = await scope.services.storage.identities.get(came.secret.identity_id)
    return again if identity is None else Right(flow=counted, secret=came.secret, identity=identity)
