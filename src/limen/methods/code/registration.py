"""How does somebody sign up by code? Every address that can sign in gets a code; one of them makes the account (CODE-13, CODE-14)."""

from collections.abc import Sequence
from functools import partial

import msgspec

from limen.app.flows import proving
from limen.app.flows.contract import Attempt, Done, Draft, FormProblems, Problem, Stay, Submission
from limen.app.identities.accept import Candidate, candidate, read_traits
from limen.app.limits.floods import count_message
from limen.app.limits.refusing import keeping
from limen.app.scope import Scope
from limen.domain.flow.details import RegistrationDetail, SignUpStep
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind
from limen.domain.flow.states import State
from limen.domain.identity.identity import Identity
from limen.domain.text import shared
from limen.domain.text.validation import required
from limen.domain.ui.nodes import Group, Node, submit
from limen.domain.ui.traits import hidden_trait_nodes, trait_values
from limen.kernel.json_doc import JsonDoc, JsonValue
from limen.methods.code import nodes, texts
from limen.ports.one_time_secrets import OneTimeSecret


class CodeRegistration:
    """The traits travel along in hidden fields, and have to stay what the form shows."""

    async def present(self, scope: Scope, flow: Flow[RegistrationDetail]) -> Sequence[Node]:
        if not _offered(scope) or flow.detail.step is SignUpStep.PROFILE:
            return ()
        if flow.state is not State.SENT_EMAIL:
            return (submit(Group.CODE, "method", "code", texts.send_sign_up_code()),)
        schema = scope.services.schemas.require(flow.detail.schema_id)
        field = nodes.code(texts.registration_code_label())
        traits = hidden_trait_nodes(schema, Group.DEFAULT, _held(flow))
        shown = (*traits, nodes.chosen(), field, nodes.go_on(), nodes.resend())
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
        if _changed(scope, flow, newcomer):
            return partial(self._refused, noted, newcomer)
        return partial(self._entered, scope, noted, newcomer, code)

    async def _asked(
        self, scope: Scope, flow: Flow[RegistrationDetail], newcomer: Candidate
    ) -> Stay[RegistrationDetail]:
        addresses = newcomer.reading.code_addresses
        if not addresses:
            raise FormProblems(Problem(shared.no_identifier()), values=newcomer.values)
        with keeping(newcomer.values):
            await count_message(scope)
        about = newcomer.reading.traits.text
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

    async def _refused(self, flow: Flow[RegistrationDetail], newcomer: Candidate) -> Stay[RegistrationDetail]:
        """Told, and shown from now on; the code stays good for the address that it went to."""
        about = JsonDoc.of(_over(_held(flow).value(), newcomer.reading.traits.value())).text
        noted = proving.remembering(flow, msgspec.structs.replace(proving.progress(flow), about=about))
        return Stay(flow=noted, messages=(texts.traits_changed(),))

    async def _entered(
        self, scope: Scope, flow: Flow[RegistrationDetail], newcomer: Candidate, code: str
    ) -> Done[RegistrationDetail, Draft] | Stay[RegistrationDetail]:
        counted, came = await proving.tried(scope, flow, code)
        if came.too_often:
            return Stay(flow=counted, values=newcomer.values, messages=(proving.too_often(),))
        secret = came.secret
        fits = secret is not None and (secret.via, secret.address) in newcomer.reading.code_addresses
        if secret is None or not fits or secret.expires_at <= scope.services.clock.now():
            return Stay(flow=counted, values=newcomer.values, messages=(texts.sign_up_code_wrong(),))
        identity = _proven(scope, newcomer.identity, secret)
        draft = Draft(identity=identity, method=proving.CODE, values=newcomer.values, used=(secret.id,))
        return Done(flow=counted, result=draft)


def _offered(scope: Scope) -> bool:
    return scope.config.selfservice.methods.code.passwordless_enabled


def _held(flow: Flow[RegistrationDetail]) -> JsonDoc:
    """The traits that the form shows: those that the code was sent for, and over them what was entered since."""
    return JsonDoc.stored(proving.progress(flow).about or "{}")


def _changed(scope: Scope, flow: Flow[RegistrationDetail], newcomer: Candidate) -> bool:
    """Whether something was sent that the form does not show (CODE-14). What is left out does not count."""
    schema = scope.services.schemas.require(flow.detail.schema_id)
    held = {name: value.value() for name, value in trait_values(schema, _held(flow)).items()}
    return any(name not in held or held[name] != value.value() for name, value in newcomer.values.items())


def _over(below: JsonValue, above: JsonValue) -> JsonValue:
    """Two documents as one: of what is in both, the one above counts."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    return {**below, **{name: _over(below.get(name), value) for name, value in above.items()}}


def _proven(scope: Scope, identity: Identity, secret: OneTimeSecret) -> Identity:
    """The identity with the address verified that the code went to."""
    now = scope.services.clock.now()
    addresses = tuple(
        proving.proven(each, now) if (each.via, each.value) == (secret.via, secret.address) else each
        for each in identity.verifiable_addresses
    )
    known = msgspec.structs.replace(identity, verifiable_addresses=addresses)
    return msgspec.structs.replace(known, available_aal=scope.services.factors.available_aal(known))
