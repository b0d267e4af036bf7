"""How does somebody sign up by code? Every address that can sign in gets a code; one of them makes the account (CODE-13, CODE-14)."""

import hashlib
from collections.abc import Sequence
from functools import partial

import msgspec

from limen.app.flows import proving
from limen.app.flows.contract import Attempt, Done, Draft, FormProblems, Problem, Stay, Submission
from limen.app.identities.accept import Candidate, candidate, read_traits
from limen.app.scope import Scope
from limen.domain.flow.details import RegistrationDetail, SignUpStep
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind
from limen.domain.flow.states import State
from limen.domain.identity.identity import Identity
from limen.domain.text import shared
from limen.domain.text.validation import required
from limen.domain.ui.nodes import Group, Node, submit
from limen.domain.ui.traits import hidden_trait_nodes
from limen.kernel.json_doc import JsonDoc
from limen.methods.code import nodes, texts
from limen.ports.storage import OneTimeSecret


class CodeRegistration:
    """The traits travel along in hidden fields, and have to stay what the code was sent for."""

    async def present(self, scope: Scope, flow: Flow[RegistrationDetail]) -> Sequence[Node]:
        if not _offered(scope) or flow.detail.step is SignUpStep.PROFILE:
            return ()
        if flow.state is not State.SENT_EMAIL:
            return (submit(Group.CODE, "method", "code", texts.send_sign_up_code()),)
        schema = scope.services.schemas.require(flow.detail.schema_id)
        field = nodes.code(texts.registration_code_label())
        shown = (*hidden_trait_nodes(schema, Group.DEFAULT), nodes.chosen(), field, nodes.go_on(), nodes.resend())
        if flow.detail.step is SignUpStep.EVERYTHING:
            return shown
        return (*shown, submit(Group.PROFILE, "screen", "credential-selection", shared.back()))

    def read(
        self, scope: Scope, flow: Flow[RegistrationDetail], body: Submission
    ) -> Attempt[RegistrationDetail, Draft]:
        if not _offered(scope):
            raise FormProblems(Problem(shared.no_method(FlowKind.REGISTRATION)))
        traits = read_traits(scope, flow.detail.schema_id, body)
        if traits.problems or traits.reading is None:
            raise FormProblems(*traits.problems, values=traits.values)
        noted = msgspec.structs.replace(flow, transient_payload=body.transient_payload)
        newcomer = candidate(scope, flow.detail.schema_id, traits)
        if flow.state is not State.SENT_EMAIL or body.text("resend"):
            return partial(self._asked, scope, noted, newcomer)
        code = body.text("code")
        if not code:
            raise FormProblems(Problem(required("code"), "code"))
        if proving.progress(flow).about != _fingerprint(newcomer.reading.traits):
            raise FormProblems(Problem(texts.traits_changed()))
        return partial(self._entered, scope, noted, newcomer, code)

    async def _asked(
        self, scope: Scope, flow: Flow[RegistrationDetail], newcomer: Candidate
    ) -> Stay[RegistrationDetail]:
        addresses = newcomer.reading.code_addresses
        if not addresses:
            raise FormProblems(Problem(shared.no_identifier()), values=newcomer.values)
        about = _fingerprint(newcomer.reading.traits)
        made = msgspec.structs.replace(
            proving.progress(flow), address=addresses[0][1], via=addresses[0][0], about=about
        )
        once = flow.detail.step is SignUpStep.EVERYTHING
        step = SignUpStep.EVERYTHING if once else SignUpStep.CREDENTIALS
        begun = msgspec.structs.replace(
            proving.remembering(flow, made),
            state=State.SENT_EMAIL,
            active=proving.CODE,
            detail=msgspec.structs.replace(flow.detail, step=step),
        )
        parts: list[proving.Outgoing] = []
        for via, address in dict.fromkeys(addresses):
            to = proving.Addressee(address=address, via=via, identity=newcomer.identity, stored=False)
            parts.append(await proving.outgoing(scope, begun, proving.CODE, to))
        return Stay(
            flow=begun,
            values=newcomer.values,
            messages=(texts.sign_up_code_sent(),),
            arranged=nodes.as_given,
            along=proving.Mailing(tuple(parts)),
        )

    async def _entered(
        self, scope: Scope, flow: Flow[RegistrationDetail], newcomer: Candidate, code: str
    ) -> Done[RegistrationDetail, Draft] | Stay[RegistrationDetail]:
        counted, came = await proving.tried(scope, flow, code)
        if came.too_often:
            return Stay(flow=counted, values=newcomer.values, messages=(proving.too_often(),))
        secret = came.secret
        if secret is None or secret.expires_at <= scope.services.clock.now():
            return Stay(flow=counted, values=newcomer.values, messages=(texts.sign_up_code_wrong(),))
        identity = _proven(scope, newcomer.identity, secret)
        draft = Draft(identity=identity, method=proving.CODE, values=newcomer.values, used=(secret.id,))
        return Done(flow=counted, result=draft)


def _offered(scope: Scope) -> bool:
    return scope.config.selfservice.methods.code.passwordless_enabled


def _fingerprint(traits: JsonDoc) -> str:
    return hashlib.sha256(msgspec.json.encode(traits.value(), order="sorted")).hexdigest()


def _proven(scope: Scope, identity: Identity, secret: OneTimeSecret) -> Identity:
    """The identity with the address verified that the code went to."""
    now = scope.services.clock.now()
    addresses = tuple(
        proving.proven(each, now) if (each.via, each.value) == (secret.via, secret.address) else each
        for each in identity.verifiable_addresses
    )
    known = msgspec.structs.replace(identity, verifiable_addresses=addresses)
    return msgspec.structs.replace(known, available_aal=scope.services.factors.available_aal(known))
