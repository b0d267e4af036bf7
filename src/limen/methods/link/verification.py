"""How does a link prove an address? Opening it is enough, in whatever browser (VER-07)."""

from collections.abc import Sequence
from functools import partial

import msgspec

from limen.app import one_time
from limen.app.flows import csrf, pending_change, proving
from limen.app.flows.contract import Attempt, Done, FormProblems, Problem, Proof, Stay, Submission
from limen.app.scope import Scope
from limen.domain.flow.details import VerificationDetail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind
from limen.domain.flow.states import State
from limen.domain.identity.addresses import Via
from limen.domain.identity.normalise import lookup_form
from limen.domain.text import proving as texts
from limen.domain.text import shared
from limen.domain.text.validation import required
from limen.domain.ui.nodes import Node
from limen.kernel.json_doc import JsonDoc
from limen.methods.link import nodes
from limen.ports.storage import SecretPurpose


class LinkVerification:
    """Answers the same, with the same work, whether anybody has the address or not (VER-08)."""

    async def present(self, scope: Scope, flow: Flow[VerificationDetail]) -> Sequence[Node]:
        return nodes.address_form() if flow.active == proving.LINK else ()

    def read(
        self, scope: Scope, flow: Flow[VerificationDetail], body: Submission
    ) -> Attempt[VerificationDetail, Proof]:
        noted = msgspec.structs.replace(flow, transient_payload=body.transient_payload)
        if flow.state is State.PASSED_CHALLENGE:
            return partial(_over, proving.StartOver(texts.verification_done_already()))
        sent = body.text("email")
        if not sent:
            raise FormProblems(Problem(required("email"), "email"))
        return partial(self._asked, scope, noted, sent)

    def opened(
        self, scope: Scope, flow: Flow[VerificationDetail], query: Submission
    ) -> Attempt[VerificationDetail, Proof] | None:
        """What is in the link is all the proof there is: the protocol asks for nothing before it is spent."""
        token = query.text("token")
        return partial(self._followed, scope, flow, token) if token else None

    async def _asked(self, scope: Scope, flow: Flow[VerificationDetail], entered: str) -> Stay[VerificationDetail]:
        address = lookup_form(entered)
        found = await scope.services.storage.identities.by_verifiable_address(Via.EMAIL, address)
        if found is None:
            found = await pending_change.owner(scope, flow, Via.EMAIL, address)
        begun = msgspec.structs.replace(flow, state=State.SENT_EMAIL, active=proving.LINK)
        to = proving.Addressee(address=address, via=Via.EMAIL, identity=found)
        return Stay(
            flow=begun,
            values={"email": JsonDoc.of(entered)},
            messages=(texts.verification_link_sent(),),
            again=False,
            along=await proving.outgoing(scope, begun, proving.LINK, to),
        )

    async def _followed(
        self, scope: Scope, flow: Flow[VerificationDetail], token: str
    ) -> Done[VerificationDetail, Proof]:
        found = await one_time.token_secret(scope, SecretPurpose.VERIFICATION_LINK, token)
        wrong = proving.StartOver(texts.verification_link_wrong(), in_browser=True)
        if found is None or found.used_at is not None or found.identity_id is None or found.flow_id != flow.id:
            raise wrong
        if found.expires_at <= scope.services.clock.now():
            raise proving.StartOver(shared.flow_expired(FlowKind.VERIFICATION, found.expires_at), in_browser=True)
        identity = await scope.services.storage.identities.get(found.identity_id)
        if identity is None:
            raise wrong
        here = msgspec.structs.replace(flow, csrf_token=csrf.stored_form(scope.browser.token))
        used = (found.id,)
        proof = Proof(identity=identity, method=proving.LINK, address=found.address, via=found.via, used=used)
        return Done(flow=here, result=proof)


async def _over(over: proving.StartOver) -> Done[VerificationDetail, Proof]:
    raise over
