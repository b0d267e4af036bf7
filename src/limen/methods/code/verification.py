"""How does a code prove an address? It was sent there; the link in the message only fills it in (VER-02 … VER-06, VER-16)."""

from collections.abc import Sequence
from functools import partial

import msgspec

from limen.app.flows import csrf, pending_change, proving
from limen.app.flows.contract import Attempt, Done, FormProblems, Problem, Proof, Stay, Submission
from limen.app.limits.refusing import keeping
from limen.app.scope import Scope
from limen.domain.flow.details import VerificationDetail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind
from limen.domain.flow.states import State
from limen.domain.identity.addresses import Via
from limen.domain.identity.formats import phone_number
from limen.domain.identity.normalise import lookup_form
from limen.domain.text import proving as texts
from limen.domain.text import shared
from limen.domain.text.validation import required
from limen.domain.ui.nodes import Node
from limen.kernel.json_doc import JsonDoc
from limen.methods.code import nodes, trying
from limen.methods.code.texts import verification_code_label

_SMS = "sms"


class CodeVerification:
    """Answers the same, with the same work, whether anybody has the address or not (VER-08)."""

    async def present(self, scope: Scope, flow: Flow[VerificationDetail]) -> Sequence[Node]:
        if flow.active != proving.CODE:
            return ()
        if flow.state is State.CHOOSE_METHOD:
            texts_too = any(channel.id == _SMS for channel in scope.config.courier.channels)
            return (nodes.email_or_phone() if texts_too else nodes.email_address(), nodes.go_on())
        made = proving.progress(flow)
        field = nodes.code(verification_code_label(), made.prefilled)
        return (nodes.chosen(), field, nodes.go_on(), nodes.resend_to(made.address))

    def read(
        self, scope: Scope, flow: Flow[VerificationDetail], body: Submission
    ) -> Attempt[VerificationDetail, Proof]:
        noted = msgspec.structs.replace(flow, transient_payload=body.transient_payload)
        if flow.state is State.PASSED_CHALLENGE:
            return partial(proving.start_over, texts.verification_done_already())
        if code := body.text("code"):
            return partial(self._entered, scope, noted, code)
        sent = body.text("email")
        if not sent:
            raise FormProblems(Problem(required("email"), "email"), values={"email": JsonDoc.of("")})
        return partial(self._asked, scope, noted, sent)

    def opened(
        self, scope: Scope, flow: Flow[VerificationDetail], query: Submission
    ) -> Attempt[VerificationDetail, Proof] | None:
        """The link of the message fills the code in, and the form is this browser's from now on; nothing is spent yet."""
        code = query.text("code")
        return partial(self._prefilled, scope, flow, code) if code and flow.state is State.SENT_EMAIL else None

    async def _prefilled(self, scope: Scope, flow: Flow[VerificationDetail], code: str) -> Stay[VerificationDetail]:
        if flow.expired(scope.services.clock.now()):
            raise proving.StartOver(shared.flow_expired(FlowKind.VERIFICATION, flow.expires_at), in_browser=True)
        shown = proving.remembering(flow, msgspec.structs.replace(proving.progress(flow), prefilled=code[:32]))
        shown = msgspec.structs.replace(shown, csrf_token=csrf.stored_form(scope.browser.token))
        return Stay(flow=shown, messages=flow.form.messages, again=False)

    async def _asked(self, scope: Scope, flow: Flow[VerificationDetail], entered: str) -> Stay[VerificationDetail]:
        address = lookup_form(entered)
        via = Via.SMS if phone_number(address) else Via.EMAIL
        made = msgspec.structs.replace(proving.progress(flow), address=address, via=via, prefilled="")
        begun = proving.remembering(flow, made)
        begun = msgspec.structs.replace(begun, state=State.SENT_EMAIL, active=proving.CODE)
        said = texts.verification_code_texted() if via is Via.SMS else texts.verification_code_sent()
        with keeping({"email": JsonDoc.of(entered)}):
            post = await proving.posting(scope, begun, proving.CODE, via, address)
        return Stay(flow=begun, messages=(said,), again=False, along=post.along, later=post.asked)

    async def owed(self, scope: Scope, flow: Flow[VerificationDetail], to: proving.Addressee) -> proving.Outgoing:
        """The code for whoever has the address, or will have it once it is proven. Raises TemplateBroken."""
        owner = await pending_change.whose(scope, flow, to.via, to.address)
        return await proving.outgoing(scope, flow, proving.CODE, msgspec.structs.replace(to, identity=owner))

    async def _entered(
        self, scope: Scope, flow: Flow[VerificationDetail], code: str
    ) -> Done[VerificationDetail, Proof] | Stay[VerificationDetail]:
        came = await trying.tried(scope, flow, code, texts.verification_code_wrong())
        if isinstance(came, Stay):
            return came
        return Done(flow=came.flow, result=proving.proof(came.identity, proving.CODE, came.secret))
