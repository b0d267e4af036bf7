"""What comes of a code that somebody gets back in with? The same for both forms that ask for one (REC-05, REC-12)."""

import msgspec

from limen.app.flows import proving
from limen.app.flows.contract import Done, Regained, Stay
from limen.app.scope import Scope
from limen.domain.flow.details import RecoveryDetail
from limen.domain.flow.flow import Flow
from limen.domain.identity.addresses import Via
from limen.domain.text import proving as texts
from limen.methods.code import trying


async def entered(
    scope: Scope, flow: Flow[RecoveryDetail], code: str
) -> Done[RecoveryDetail, Regained] | Stay[RecoveryDetail]:
    """Back in, or the form again with what is wrong. Raises StartOver after too many codes, and for an old one."""
    came = await trying.tried(scope, flow, code, texts.recovery_code_wrong())
    if isinstance(came, Stay):
        return came
    return Done(flow=came.flow, result=proving.regained(came.identity, proving.CODE, came.secret))


def waiting(flow: Flow[RecoveryDetail], address: str, via: Via) -> Flow[RecoveryDetail]:
    """The form once a code is on its way to the address; how often one was tried stays counted (CODE-03)."""
    made = msgspec.structs.replace(proving.progress(flow), address=address, via=via)
    return msgspec.structs.replace(proving.remembering(flow, made), active=proving.CODE)
