"""How does a link prove an address? Opening it is enough, in whatever browser (VER-07)."""

from collections.abc import Sequence
from functools import partial

import msgspec

from limen.app.flows import pending_change, proving
from limen.app.flows.contract import Attempt, Done, Proof, Stay, Submission
from limen.app.scope import Scope
from limen.domain.flow.details import VerificationDetail
from limen.domain.flow.flow import Flow
from limen.domain.flow.states import State
from limen.domain.text import proving as texts
from limen.domain.ui.nodes import Node
from limen.methods.link import nodes, sending


class LinkVerification:
    """Answers the same, with the same work, whether anybody has the address or not (VER-08)."""

    async def present(self, scope: Scope, flow: Flow[VerificationDetail]) -> Sequence[Node]:
        return nodes.address_form() if flow.active == proving.LINK else ()

    def read(
        self, scope: Scope, flow: Flow[VerificationDetail], body: Submission
    ) -> Attempt[VerificationDetail, Proof]:
        noted = msgspec.structs.replace(flow, transient_payload=body.transient_payload)
        if flow.state is State.PASSED_CHALLENGE:
            return partial(proving.start_over, texts.verification_done_already())
        return partial(self._asked, scope, noted, sending.address_of(body))

    def opened(
        self, scope: Scope, flow: Flow[VerificationDetail], query: Submission
    ) -> Attempt[VerificationDetail, Proof] | None:
        """What is in the link is all the proof there is: the protocol asks for nothing before it is spent."""
        token = query.text("token")
        return partial(self._followed, scope, flow, token) if token else None

    async def _asked(self, scope: Scope, flow: Flow[VerificationDetail], entered: str) -> Stay[VerificationDetail]:
        return await sending.sent(scope, flow, entered, texts.verification_link_sent())

    async def owed(self, scope: Scope, flow: Flow[VerificationDetail], to: proving.Addressee) -> proving.Outgoing:
        """The link for whoever has the address, or will have it once it is proven. Raises TemplateBroken."""
        owner = await pending_change.whose(scope, flow, to.via, to.address)
        return await proving.outgoing(scope, flow, proving.LINK, msgspec.structs.replace(to, identity=owner))

    async def _followed(
        self, scope: Scope, flow: Flow[VerificationDetail], token: str
    ) -> Done[VerificationDetail, Proof]:
        link = await sending.opened(scope, flow, token, texts.verification_link_wrong())
        return Done(flow=link.flow, result=proving.proof(link.identity, proving.LINK, link.secret))
