"""What comes of a code that somebody gets back in with? The same for both forms that ask for one (REC-05, REC-12)."""

import msgspec

from limen.app.flows import proving
from limen.app.flows.contract import Done, Regained, Stay
from limen.app.scope import Scope
from limen.domain.flow.details import RecoveryDetail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind
from limen.domain.identity.addresses import Via
from limen.domain.text import proving as texts
from limen.domain.text import shared


async def entered(
    scope: Scope, flow: Flow[RecoveryDetail], code: str
) -> Done[RecoveryDetail, Regained] | Stay[RecoveryDetail]:
    """Back in, or the form again with what is wrong. Raises StartOver after too many codes, and for an old one."""
    counted, came = await proving.tried(scope, flow, code)
    if came.too_often:
        raise proving.StartOver(proving.too_often())
    wrong = Stay(flow=counted, messages=(texts.recovery_code_wrong(),), again=False)
    if came.secret is None or came.secret.identity_id is None:
        return wrong
    if came.secret.expires_at <= scope.services.clock.now():
        raise proving.StartOver(shared.flow_expired(FlowKind.RECOVERY, came.secret.expires_at))
    identity = await scope.services.storage.identities.get(came.secret.identity_id)
    if identity is None:
        return wrong
    result = Regained(
        identity=identity,
        method=proving.CODE,
        address="" if came.secret.admin else came.secret.address,
        via=came.secret.via,
        used=(came.secret.id,),
    )
    return Done(flow=counted, result=result)


def waiting(flow: Flow[RecoveryDetail], address: str, via: Via) -> Flow[RecoveryDetail]:
    """The form once a code is on its way to the address; how often one was tried stays counted (CODE-03)."""
    made = msgspec.structs.replace(proving.progress(flow), address=address, via=via)
    return msgspec.structs.replace(proving.remembering(flow, made), active=proving.CODE)
