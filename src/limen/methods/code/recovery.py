"""How does a code let somebody back in? First the address, then the code that went there (REC-03 … REC-05, REC-23)."""

from collections.abc import Sequence
from functools import partial

import msgspec

from limen.app.flows import proving
from limen.app.flows.contract import Attempt, Done, FormProblems, Problem, Regained, Stay, Submission
from limen.app.scope import Scope
from limen.domain.flow.details import RecoveryDetail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind
from limen.domain.flow.states import State
from limen.domain.identity.addresses import Via
from limen.domain.identity.formats import is_email
from limen.domain.identity.normalise import lookup_form
from limen.domain.text import proving as texts
from limen.domain.text import shared
from limen.domain.text.validation import invalid_email, required
from limen.domain.ui.nodes import Node
from limen.methods.code import nodes
from limen.methods.code.texts import recovery_code_label


class CodeRecovery:
    """Answers the same, with the same work, whether anybody has the address or not (SEC-08)."""

    async def present(self, scope: Scope, flow: Flow[RecoveryDetail]) -> Sequence[Node]:
        field = nodes.exact_code(recovery_code_label())
        if flow.detail.skip_csrf_check:
            return (field, nodes.go_on())
        if flow.active != proving.CODE:
            return ()
        if flow.state is State.CHOOSE_METHOD:
            return (nodes.email_address(), nodes.go_on())
        return (field, nodes.chosen(), nodes.go_on(), nodes.resend_to(proving.progress(flow).address))

    def read(self, scope: Scope, flow: Flow[RecoveryDetail], body: Submission) -> Attempt[RecoveryDetail, Regained]:
        noted = msgspec.structs.replace(flow, transient_payload=body.transient_payload)
        if flow.state is State.PASSED_CHALLENGE:
            return partial(_over, proving.StartOver(texts.recovery_done_already()))
        sent = body.text("email")
        if flow.state is State.SENT_EMAIL and not sent:
            return partial(self._entered, scope, noted, body.text("code"))
        if not sent:
            raise FormProblems(Problem(required("email"), "email"))
        if not is_email(lookup_form(sent)):
            raise FormProblems(Problem(invalid_email(sent), "email"))
        return partial(self._asked, scope, noted, sent)

    async def _asked(self, scope: Scope, flow: Flow[RecoveryDetail], entered: str) -> Stay[RecoveryDetail]:
        address = lookup_form(entered)
        found = await scope.services.storage.identities.by_recovery_address(Via.EMAIL, address)
        to = proving.Addressee(address=address, via=Via.EMAIL, identity=found)
        made = msgspec.structs.replace(proving.progress(flow), address=address)
        begun = proving.remembering(flow, made)
        begun = msgspec.structs.replace(begun, state=State.SENT_EMAIL, active=proving.CODE)
        return Stay(
            flow=begun,
            messages=(texts.recovery_code_sent(),),
            again=False,
            along=await proving.outgoing(scope, begun, proving.CODE, to),
        )

    async def _entered(
        self, scope: Scope, flow: Flow[RecoveryDetail], code: str
    ) -> Done[RecoveryDetail, Regained] | Stay[RecoveryDetail]:
        counted, came = await proving.tried(scope, flow, code)
        if came.too_often:
            raise proving.StartOver(proving.too_often())
        if came.secret is None or came.secret.identity_id is None:
            return Stay(flow=counted, messages=(texts.recovery_code_wrong(),), again=False)
        if came.secret.expires_at <= scope.services.clock.now():
            raise proving.StartOver(shared.flow_expired(FlowKind.RECOVERY, came.secret.expires_at))
        identity = await scope.services.storage.identities.get(came.secret.identity_id)
        if identity is None:
            return Stay(flow=counted, messages=(texts.recovery_code_wrong(),), again=False)
        result = Regained(
            identity=identity,
            method=proving.CODE,
            address="" if came.secret.admin else came.secret.address,
            via=came.secret.via,
            used=(came.secret.id,),
        )
        return Done(flow=counted, result=result)


async def _over(over: proving.StartOver) -> Done[RecoveryDetail, Regained]:
    raise over
