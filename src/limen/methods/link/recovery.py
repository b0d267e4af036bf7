"""How does a link let somebody back in? Opening it is enough, in whatever browser (REC-14, REC-15, LINK-04)."""

from collections.abc import Sequence
from functools import partial

import msgspec

from limen.app import one_time
from limen.app.flows import csrf, proving
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
from limen.domain.ui.nodes import Group, Node, submit
from limen.kernel.json_doc import JsonDoc
from limen.methods.link import nodes
from limen.ports.storage import SecretPurpose


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
            return partial(_over, proving.StartOver(texts.recovery_done_already()))
        sent = body.text("email")
        if not sent:
            raise FormProblems(Problem(required("email"), "email"))
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
        address = lookup_form(entered)
        found = await scope.services.storage.identities.by_recovery_address(Via.EMAIL, address)
        begun = msgspec.structs.replace(flow, state=State.SENT_EMAIL, active=proving.LINK)
        to = proving.Addressee(address=address, via=Via.EMAIL, identity=found)
        return Stay(
            flow=begun,
            values={"email": JsonDoc.of(entered)},
            messages=(texts.recovery_link_sent(),),
            again=False,
            along=await proving.outgoing(scope, begun, proving.LINK, to),
        )

    async def _followed(self, scope: Scope, flow: Flow[RecoveryDetail], token: str) -> Done[RecoveryDetail, Regained]:
        found = await one_time.token_secret(scope, SecretPurpose.RECOVERY_LINK, token)
        wrong = proving.StartOver(texts.recovery_link_wrong(), in_browser=True)
        if found is None or found.used_at is not None or found.identity_id is None or found.flow_id != flow.id:
            raise wrong
        if found.expires_at <= scope.services.clock.now():
            raise proving.StartOver(shared.flow_expired(FlowKind.RECOVERY, found.expires_at), in_browser=True)
        identity = await scope.services.storage.identities.get(found.identity_id)
        if identity is None:
            raise wrong
        here = msgspec.structs.replace(flow, csrf_token=csrf.stored_form(scope.browser.token))
        address = "" if found.admin else found.address
        result = Regained(identity=identity, method=proving.LINK, address=address, via=found.via, used=(found.id,))
        return Done(flow=here, result=result)


async def _over(over: proving.StartOver) -> Done[RecoveryDetail, Regained]:
    raise over
