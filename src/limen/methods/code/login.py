"""How does somebody sign in by code? First the address, then the code that went there (CODE-04 … CODE-12)."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import msgspec

from limen.app.flows import proving
from limen.app.flows.contract import Attempt, Authenticated, Done, FormProblems, Problem, Stay, Submission
from limen.app.flows.two_steps import discreet, schema_of
from limen.app.limits.floods import count_message
from limen.app.limits.refusing import keeping
from limen.app.scope import Scope
from limen.domain.flow.details import LoginDetail, SignInStep
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind, FlowType
from limen.domain.flow.states import State
from limen.domain.identity.aal import Aal
from limen.domain.identity.addresses import Via
from limen.domain.identity.credentials import CredentialType
from limen.domain.identity.formats import phone_number
from limen.domain.identity.identity import Identity
from limen.domain.identity.normalise import lookup_form
from limen.domain.text import shared
from limen.domain.text.validation import required
from limen.domain.ui.identifier import identifier, known_identifier, named_identifier
from limen.domain.ui.nodes import Group, Input, InputType, Node, hidden, submit
from limen.kernel.json_doc import JsonDoc
from limen.methods.code import chosen_address, nodes, texts
from limen.ports.courier import TemplateBroken
from limen.ports.one_time_secrets import OneTimeSecret

_LONGEST_IDENTIFIER: Final = 1024
_ANY: Final = (CredentialType.PASSWORD, CredentialType.OIDC, CredentialType.WEBAUTHN, CredentialType.PASSKEY)


class CodeLogin:
    """An unknown address is told, as the wire has it (CODE-07); a code is good for the form that it was asked for in."""

    async def present(self, scope: Scope, flow: Flow[LoginDetail]) -> Sequence[Node]:
        if not _offered(scope, flow):
            return ()
        if flow.state is State.SENT_EMAIL:
            field = nodes.code(texts.login_code_label())
            asked = _asked_for(scope, flow)
            return (asked, nodes.chosen(), field, nodes.go_on(), nodes.resend())
        if chosen_address.choosing(scope, flow):
            return chosen_address.buttons(chosen_address.own_addresses(scope, flow))
        send = submit(Group.CODE, "method", "code", texts.send_sign_in_code())
        if flow.detail.refresh and not chosen_address.own_addresses(scope, flow):
            return ()
        if flow.detail.step is not SignInStep.EVERYTHING:
            return (send,) if await _second_step(scope, flow) else ()
        return (identifier(schema_of(scope, flow)), send)

    def read(self, scope: Scope, flow: Flow[LoginDetail], body: Submission) -> Attempt[LoginDetail, Authenticated]:
        if not _offered(scope, flow):
            raise FormProblems(Problem(shared.no_method(FlowKind.LOGIN)))
        noted = msgspec.structs.replace(flow, transient_payload=body.transient_payload)
        waits = flow.state is State.SENT_EMAIL
        code = body.text("code")
        chosen = body.text(chosen_address.FIELD) if chosen_address.choosing(scope, flow) else ""
        if waits and not body.text("resend") and (code or not chosen):
            if not code:
                values = {"identifier": JsonDoc.of(proving.progress(flow).address)}
                raise FormProblems(Problem(required("code"), "code"), values=values)
            return partial(self._entered, scope, noted, code, body.text("identifier"))
        entered = chosen or body.text("identifier") or _known_address(scope, flow)
        if not entered:
            raise FormProblems(Problem(required("identifier"), "identifier"))
        if chosen_address.choosing(scope, flow):
            return partial(self._chosen, scope, noted, lookup_form(entered))
        return partial(self._asked, scope, noted, entered)

    def at_once(self, scope: Scope, flow: Flow[LoginDetail]) -> Attempt[LoginDetail, Authenticated]:
        """The code is sent in the same request to whoever has no other way in (QK-26)."""
        return partial(self._asked, scope, flow, flow.detail.named)

    async def first_step(self, scope: Scope, flow: Flow[LoginDetail]) -> Attempt[LoginDetail, Authenticated] | None:
        """With one address only there is nothing to choose: the code is on its way when the form comes (CODE-10)."""
        if flow.detail.requested_aal is not Aal.AAL2 or not _offered(scope, flow):
            return None
        found = chosen_address.own_addresses(scope, flow)
        return partial(self._chosen, scope, flow, found[0].address) if len(found) == 1 else None

    async def _chosen(self, scope: Scope, flow: Flow[LoginDetail], address: str) -> Stay[LoginDetail]:
        """To an address of one's own only: nobody else is sent a code, and nobody else's code counts (LOGIN-17)."""
        to = next((each for each in chosen_address.own_addresses(scope, flow) if each.address == address), None)
        if to is None:
            second = flow.detail.requested_aal is Aal.AAL2
            raise FormProblems(Problem(texts.not_your_address() if second else texts.no_code_sign_in()))
        return await self._sent(scope, flow, to)

    async def _asked(self, scope: Scope, flow: Flow[LoginDetail], entered: str) -> Stay[LoginDetail]:
        values = {"identifier": JsonDoc.of(entered)}
        with keeping(values):
            await count_message(scope)
        address = lookup_form(entered)
        identity = await _owner(scope, address)
        current = scope.session.identity.id if flow.detail.refresh and scope.session is not None else None
        stranger = identity is None or (current is not None and identity.id != current)
        if stranger and not discreet(scope, flow):
            raise FormProblems(Problem(texts.no_code_sign_in()), values=values)
        via = Via.SMS if phone_number(address) else Via.EMAIL
        return await self._sent(scope, flow, proving.Addressee(address=address, via=via, identity=identity))

    async def _sent(self, scope: Scope, flow: Flow[LoginDetail], to: proving.Addressee) -> Stay[LoginDetail]:
        made = msgspec.structs.replace(proving.progress(flow), address=to.address, via=to.via)
        begun = msgspec.structs.replace(proving.remembering(flow, made), state=State.SENT_EMAIL, active=proving.CODE)
        known = flow.detail.refresh or flow.detail.requested_aal is Aal.AAL2
        said = texts.code_sent_to_known() if known else texts.sign_in_code_sent()
        along = await _outgoing(scope, begun, to)
        order = nodes.without_token if flow.type is FlowType.API else nodes.token_last
        return Stay(flow=begun, messages=(said,), along=along, arranged=order)

    async def _entered(
        self, scope: Scope, flow: Flow[LoginDetail], code: str, identifier: str
    ) -> Done[LoginDetail, Authenticated] | Stay[LoginDetail]:
        counted, came = await proving.tried(scope, flow, code)
        if came.too_often:
            return Stay(flow=counted, messages=(proving.too_often(),))
        wrong = Stay(flow=counted, messages=(texts.sign_in_code_wrong(),))
        secret = came.secret
        other = bool(identifier) and lookup_form(identifier) != proving.progress(flow).address
        if other or secret is None or secret.identity_id is None or secret.expires_at <= scope.services.clock.now():
            return wrong
        if not _same_person(scope, flow, secret):
            return wrong
        identity = await scope.services.storage.identities.get(secret.identity_id)
        if identity is None:
            return wrong
        result = Authenticated(
            identity=identity, method=proving.CODE, updated=_proven(scope, identity, secret), used=(secret.id,)
        )
        return Done(flow=counted, result=result)


def _offered(scope: Scope, flow: Flow[LoginDetail]) -> bool:
    code = scope.config.selfservice.methods.code
    return code.mfa_enabled if flow.detail.requested_aal is Aal.AAL2 else code.passwordless_enabled


def _known_address(scope: Scope, flow: Flow[LoginDetail]) -> str:
    """Where a code goes when no address is sent: where the last one went, or to whoever confirms who they are (CODE-12)."""
    if flow.state is State.SENT_EMAIL:
        return proving.progress(flow).address
    own = chosen_address.own_addresses(scope, flow) if flow.detail.refresh else ()
    return own[0].address if len(own) == 1 else ""


def _is_field(asked: Node | None) -> bool:
    """Whether the form before asked for the address; in later ones it only travels along."""
    return asked is not None and isinstance(asked.attributes, Input) and asked.attributes.type is InputType.TEXT


def _same_person(scope: Scope, flow: Flow[LoginDetail], secret: OneTimeSecret) -> bool:
    """Whether the code was sent to whoever is signed in now, where the form is for nobody else (LOGIN-17, LOGIN-18)."""
    if flow.detail.requested_aal is Aal.AAL1 and not flow.detail.refresh:
        return True
    return scope.session is not None and scope.session.identity.id == secret.identity_id


async def _second_step(scope: Scope, flow: Flow[LoginDetail]) -> bool:
    """Whether whom the first step named can be sent a code; everybody where strangers are not to find out (SEC-08)."""
    if flow.detail.step is not SignInStep.PROOF:
        return False
    return discreet(scope, flow) or await _owner(scope, lookup_form(flow.detail.named)) is not None


def _asked_for(scope: Scope, flow: Flow[LoginDetail]) -> Node:
    address = proving.progress(flow).address
    if chosen_address.choosing(scope, flow):
        return hidden(Group.CODE, "identifier", JsonDoc.of(address))
    if flow.detail.step is SignInStep.EVERYTHING:
        asked = flow.form.node("identifier")
        return nodes.hidden_once_asked(asked, address) if _is_field(asked) and asked else known_identifier(address)
    return named_identifier(schema_of(scope, flow), address)


async def _outgoing(scope: Scope, flow: Flow[LoginDetail], to: proving.Addressee) -> proving.Outgoing | None:
    """The code and its message. Where strangers are not to find out who has an account, the work is done for nobody as well,
    and a template that cannot do without a person does not tell either (SEC-08).
    """
    try:
        return await proving.outgoing(scope, flow, proving.CODE, to)
    except TemplateBroken:
        if to.identity is not None:
            raise
        return None


async def _owner(scope: Scope, address: str) -> Identity | None:
    """Who signs in by code with this address, or may do so without ever having set it up (CODE-09)."""
    if len(address) > _LONGEST_IDENTIFIER:
        return None
    identities = scope.services.storage.identities
    found = await identities.by_identifier((CredentialType.CODE,), address)
    if found is not None or not scope.config.selfservice.methods.code.config.missing_credential_fallback_enabled:
        return found
    other = await identities.by_identifier(_ANY, address)
    if other is None:
        return None
    known = {each.value for each in other.verifiable_addresses} | {each.value for each in other.recovery_addresses}
    return other if address in known else None


def _proven(scope: Scope, identity: Identity, secret: OneTimeSecret) -> Identity | None:
    """The identity with the address verified that the code went to; None when it was before (CODE-08)."""
    now = scope.services.clock.now()
    addresses = tuple(
        proving.proven(each, now)
        if (each.via, each.value, each.verified) == (secret.via, secret.address, False)
        else each
        for each in identity.verifiable_addresses
    )
    if addresses == identity.verifiable_addresses:
        return None
    return msgspec.structs.replace(identity, verifiable_addresses=addresses, updated_at=now)
