"""What does the hook `verification` do? It begins a verification flow for the first address that is not proven (HOOK-14)."""

from collections.abc import Mapping
from typing import TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from limen.app.flows import csrf, proving
from limen.app.flows.contract import Participant, Proof
from limen.app.flows.presented import csrf_node, submit_url
from limen.app.flows.verification import arranged
from limen.app.hooks.contract import (
    BeginFlow,
    Changed,
    Continue,
    Effect,
    HookEvent,
    LoggedIn,
    MarkAddress,
    Registered,
    SendLetter,
)
from limen.app.scope import Scope
from limen.domain.flow.continue_with import ShowVerification
from limen.domain.flow.details import Detail, RegistrationDetail, VerificationDetail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind, FlowType
from limen.domain.flow.states import State
from limen.domain.identity.aal import Aal
from limen.domain.identity.addresses import AddressStatus, VerifiableAddress, Via
from limen.domain.identity.identity import Identity
from limen.domain.ids import FlowId, MethodName, SessionId
from limen.domain.text import proving as texts
from limen.domain.ui.form import Form
from limen.kernel.urls import with_query

Presenters: TypeAlias = Mapping[MethodName, Participant[VerificationDetail, Proof]]
"""The methods that verify, which draw the forms."""


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """A verification flow that begins with something else."""

    effects: tuple[Effect, ...]
    shown: ShowVerification


class VerificationHook:
    """Sends a code or a link, and remembers where it can be entered; `show_verification_ui` points there."""

    name = "verification"
    calls_out = False

    def __init__(self, presenters: Presenters) -> None:
        self._presenters = presenters

    def hears(self, event: HookEvent) -> bool:
        return isinstance(event, LoggedIn | Registered | Changed)

    async def run(self, scope: Scope, event: HookEvent) -> Continue:
        rules, config = scope.config.selfservice.flows.verification, scope.config
        if not rules.enabled or not config.method_enabled(rules.use):
            return Continue()
        match event:
            case LoggedIn() if event.flow.detail.requested_aal is not Aal.AAL1:
                return Continue()
            case LoggedIn() | Registered():
                session = event.session
                open = [each for each in event.identity.verifiable_addresses if not each.verified]
                origin: Flow[Detail] = event.flow
            case Changed():
                session = event.session
                pending = AddressStatus.PENDING
                open = [each for each in event.identity.verifiable_addresses if each.status is pending]
                origin = event.flow
            case _:
                return Continue()
        legacy = config.feature_flags.legacy_continue_with_verification_ui
        begun = [
            await begin(scope, self._presenters, origin, event.identity, address, session.id)
            for address in (open if legacy else open[:1])
        ]
        return Continue(
            effects=tuple(effect for each in begun for effect in each.effects),
            verification=begun[-1].shown if begun else None,
            continue_with=tuple(each.shown for each in begun) if legacy else (),
        )


async def begin(  # one line for each thing that it begins with
    scope: Scope,
    presenters: Presenters,
    origin: Flow[Detail],
    identity: Identity,
    address: VerifiableAddress,
    session: SessionId,
) -> Begun:
    """A verification flow for an address, as if its owner had asked for it from the flow `origin`, in which they have, or may
    get, that session. Raises TemplateBroken.
    """
    config, now = scope.config, scope.services.clock.now()
    use = MethodName(config.selfservice.flows.verification.use)
    id = FlowId(str(scope.services.ids.uuid()))
    detail = origin.detail
    return_to = detail.after_verification_return_to if isinstance(detail, RegistrationDetail) else ""
    flow = Flow(
        id=id,
        kind=FlowKind.VERIFICATION,
        type=origin.type,
        state=State.SENT_EMAIL,
        issued_at=now,
        expires_at=now + config.flow(FlowKind.VERIFICATION).lifespan,
        request_url=_asked_for(origin.request_url, return_to),
        return_to=return_to,
        csrf_token=csrf.stored_form(scope.browser.token) if origin.type is FlowType.BROWSER else "",
        active=use,
        form=Form(action=submit_url(config.serve.public.base_url, FlowKind.VERIFICATION, id)),
        detail=VerificationDetail(identity_id=identity.id, session_id=session),
    )
    flow = proving.remembering(flow, proving.Progress(address=address.value, via=address.via))
    nodes = [csrf_node(scope, flow.type), *(await presenters[use].present(scope, flow))]
    form = flow.form.replace(arranged(flow, nodes))
    if use == proving.CODE:
        sent_as_text = address.via is Via.SMS
        form = form.saying(texts.verification_code_texted() if sent_as_text else texts.verification_code_sent())
    flow = msgspec.structs.replace(flow, form=form)
    to = proving.Addressee(address=address.value, via=address.via, identity=identity)
    outgoing = await proving.outgoing(scope, flow, use, to)
    effects: list[Effect] = [BeginFlow(flow=flow, secrets=(outgoing.secret,)), MarkAddress(proving.sent(address))]
    if outgoing.letter is not None:
        effects.append(SendLetter(outgoing.letter))
    page = with_query(config.flow(FlowKind.VERIFICATION).ui_url, flow=id)
    shown = ShowVerification(flow_id=id, address=address.value, url=page if origin.type is FlowType.BROWSER else "")
    return Begun(effects=tuple(effects), shown=shown)


def _asked_for(request_url: str, return_to: str) -> str:
    """The address that the origin was asked for with, leading where the verification leads."""
    parts = urlsplit(request_url)
    away = {"return_to", "after_verification_return_to"}
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in away]
    if return_to:
        query.append(("return_to", return_to))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))
