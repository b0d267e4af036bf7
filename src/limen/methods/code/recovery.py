"""How does a code let somebody back in? First the address, then the code that went there (REC-03 … REC-05, REC-23)."""

from collections.abc import Sequence
from functools import partial

import msgspec

from limen.app.flows import proving
from limen.app.flows.contract import Attempt, FormProblems, Problem, Regained, Stay, Submission
from limen.app.limits.refusing import keeping
from limen.app.scope import Scope
from limen.domain.flow.details import RecoveryDetail
from limen.domain.flow.flow import Flow
from limen.domain.flow.states import CHOOSING_ADDRESS, State
from limen.domain.identity.addresses import Via
from limen.domain.identity.formats import is_email
from limen.domain.identity.normalise import lookup_form
from limen.domain.text import proving as texts
from limen.domain.text.validation import invalid_email, required
from limen.domain.ui.nodes import Node
from limen.kernel.json_doc import JsonDoc
from limen.methods.code import nodes
from limen.methods.code.recovery_choice import ChosenRecovery
from limen.methods.code.recovery_code import entered, waiting
from limen.methods.code.texts import recovery_code_label


class CodeRecovery:
    """Answers the same, with the same work, whether anybody has the address or not (SEC-08)."""

    def __init__(self) -> None:
        self._choice = ChosenRecovery()

    async def present(self, scope: Scope, flow: Flow[RecoveryDetail]) -> Sequence[Node]:
        field = nodes.exact_code(recovery_code_label())
        if flow.detail.skip_csrf_check:
            return (field, nodes.go_on())
        if flow.active != proving.CODE:
            return ()
        if flow.state in CHOOSING_ADDRESS:
            return self._choice.present(flow)
        if flow.state is State.CHOOSE_METHOD:
            return (nodes.email_address(), nodes.go_on())
        return (field, nodes.chosen(), nodes.go_on(), nodes.resend_to(proving.progress(flow).address))

    def read(self, scope: Scope, flow: Flow[RecoveryDetail], body: Submission) -> Attempt[RecoveryDetail, Regained]:
        noted = msgspec.structs.replace(flow, transient_payload=body.transient_payload)
        if flow.state is State.PASSED_CHALLENGE:
            return partial(proving.start_over, texts.recovery_done_already())
        if flow.state in CHOOSING_ADDRESS:
            return self._choice.read(scope, noted, body)
        sent = body.text("email")
        if flow.state is State.SENT_EMAIL and not sent:
            return partial(entered, scope, noted, body.text("code"))
        if not sent:
            raise FormProblems(Problem(required("email"), "email"))
        if not is_email(lookup_form(sent)):
            raise FormProblems(Problem(invalid_email(sent), "email"))
        return partial(self._asked, scope, noted, sent)

    async def _asked(self, scope: Scope, flow: Flow[RecoveryDetail], sent: str) -> Stay[RecoveryDetail]:
        address = lookup_form(sent)
        begun = msgspec.structs.replace(waiting(flow, address, Via.EMAIL), state=State.SENT_EMAIL)
        with keeping({"email": JsonDoc.of(sent)}):
            post = await proving.posting(scope, begun, proving.CODE, Via.EMAIL, address)
        said = (texts.recovery_code_sent(),)
        return Stay(flow=begun, messages=said, again=False, along=post.along, later=post.asked)

    async def owed(self, scope: Scope, flow: Flow[RecoveryDetail], to: proving.Addressee) -> proving.Outgoing:
        """The code for whoever has the address; what was chosen in this form has to be theirs. Raises TemplateBroken."""
        if self._choice.began(flow):
            return await self._choice.owed(scope, flow, to)
        owner = await scope.services.storage.identities.by_recovery_address(to.via, to.address)
        return await proving.outgoing(scope, flow, proving.CODE, msgspec.structs.replace(to, identity=owner))
