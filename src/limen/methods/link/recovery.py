"""How does a link let somebody back in? Opening it is enough, in whatever browser (REC-14, REC-15, LINK-04)."""

from collections.abc import Sequence
from functools import partial

import msgspec

from limen.app.flows import proving
from limen.app.flows.contract import Attempt, Done, FormProblems, Problem, Regained, Stay, Submission
from limen.app.scope import Scope
from limen.domain.flow.details import RecoveryDetail
from limen.domain.flow.flow import Flow
from limen.domain.flow.states import State
from limen.domain.identity.formats import is_email
from limen.domain.identity.normalise import lookup_form
from limen.domain.text import proving as texts
from limen.domain.text import shared
from limen.domain.text.validation import invalid_email
from limen.domain.ui.nodes import Group, Node, submit
from limen.methods.link import nodes, sending


class LinkRecovery:
    """Answers the same, with the same work, whether anybody has the address or not (SEC-08)."""

    async def present(self, scope: Scope, flow: Flow[RecoveryDetail]) -> Sequence[Node]:
        """A form that was made for codes keeps the button for them when somebody asks for a link in it."""
        if flow.active != proving.LINK:
            return ()
        if scope.config.selfservice.flows.recovery.use == proving.CODE:
            return (nodes.address(), submit(Group.CODE, "method", proving.CODE, shared.go_on()))
        return nodes.address_form()

    def read(self, scope: Scope, flow: Flow[RecoveryDetail], body: Submission) -> Attempt[RecoveryDetail, Regained]:
        noted = msgspec.structs.replace(flow, transient_payload=body.transient_payload)
        if flow.state is State.PASSED_CHALLENGE:
            return partial(proving.start_over, texts.recovery_done_already())
        sent = sending.address_of(body)
        if not is_email(lookup_form(sent)):
            raise FormProblems(Problem(invalid_email(sent), "email"))
        return partial(self._asked, scope, noted, sent)

    def opened(
        self, scope: Scope, flow: Flow[RecoveryDetail], query: Submission
    ) -> Attempt[RecoveryDetail, Regained] | None:
        """What is in the link is all the proof there is: the protocol asks for nothing before it is spent."""
        token = query.text("token")
        return partial(self._followed, scope, flow, token) if token else None

    async def _asked(self, scope: Scope, flow: Flow[RecoveryDetail], entered: str) -> Stay[RecoveryDetail]:
        return await sending.sent(scope, flow, entered, texts.recovery_link_sent())

    async def owed(self, scope: Scope, flow: Flow[RecoveryDetail], to: proving.Addressee) -> proving.Outgoing:
        """The link for whoever has the address. Raises TemplateBroken."""
        owner = await scope.services.storage.identities.by_recovery_address(to.via, to.address)
        return await proving.outgoing(scope, flow, proving.LINK, msgspec.structs.replace(to, identity=owner))

    async def _followed(self, scope: Scope, flow: Flow[RecoveryDetail], token: str) -> Done[RecoveryDetail, Regained]:
        link = await sending.opened(scope, flow, token, texts.recovery_link_wrong())
        return Done(flow=link.flow, result=proving.regained(link.identity, proving.LINK, link.secret))
