"""What is special about signing up? Its steps, its two stages of hooks, and the one write that makes an account (REG-*)."""

from collections.abc import Sequence
from typing import Final

import msgspec

from limen.app.errors import AlreadySignedIn, FlowDisabled
from limen.app.flows.contract import Draft, FormProblems, Problem, Reply, SignedUp, Start, Submission
from limen.app.flows.return_to import after, checked
from limen.app.hooks.contract import Continue, Effect, Hook, HookEvent, IssueSession, Registered, Registering
from limen.app.hooks.effects import add_effects, bound_to
from limen.app.hooks.runner import HookRunner
from limen.app.identities.accept import accepted, trait_problems
from limen.app.identities.schemas import selectable
from limen.app.limits.floods import count_sign_up
from limen.app.limits.refusing import keeping
from limen.app.scope import Scope
from limen.app.sessions.issue import begun, proof, token_hash
from limen.domain.flow.details import RegistrationDetail, SignUpStep
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind
from limen.domain.flow.states import State
from limen.domain.identity.identity import Identity
from limen.domain.session.session import IssuedSession
from limen.domain.text import shared
from limen.domain.text.message import Message
from limen.domain.ui.nodes import Node
from limen.domain.ui.order import REGISTRATION_GROUPS, by_schema
from limen.ports.one_time_secrets import SecretSpent
from limen.ports.storage import FlowChanged, IdentifierTaken

_PROFILE_METHODS: Final = frozenset({"profile", "profile:back"})


class RegistrationPolicy:
    """Signing up, in one step or in two."""

    def __init__(self, hooks: HookRunner) -> None:
        self._hooks = hooks

    async def begin(self, scope: Scope, start: Start) -> RegistrationDetail:
        """Raises FlowDisabled, AlreadySignedIn, BadParameter."""
        config = scope.config
        if not config.selfservice.flows.registration.enabled:
            raise FlowDisabled("Signing up is switched off here.")
        if scope.session is not None:
            home = config.selfservice.default_browser_return_url
            raise AlreadySignedIn(checked(config, start.return_to) or home)
        wanted = selectable(config, start.identity_schema)
        one_step = config.selfservice.flows.registration.one_step
        return RegistrationDetail(
            step=SignUpStep.EVERYTHING if one_step else SignUpStep.PROFILE,
            identity_schema=wanted,
            schema_id=wanted or config.identity.default_schema_id,
            after_verification_return_to=checked(config, start.after_verification_return_to),
            organization_id=start.organization or None,
        )

    async def admit(self, scope: Scope, flow: Flow[RegistrationDetail]) -> None:
        """REG-02: who is signed in makes no second account."""
        if scope.session is not None:
            raise AlreadySignedIn(scope.config.selfservice.default_browser_return_url)

    def chosen(self, scope: Scope, flow: Flow[RegistrationDetail], body: Submission) -> str:
        two_steps = flow.detail.step is not SignUpStep.EVERYTHING
        if two_steps and (body.method in _PROFILE_METHODS or body.text("screen")):
            return "profile"
        return "" if body.method in _PROFILE_METHODS else body.method

    def unmatched(self, scope: Scope, flow: Flow[RegistrationDetail], body: Submission) -> FormProblems:
        """Whatever the method, traits that are wrong are told first; only then that no method was chosen."""
        problems = trait_problems(scope, flow, body)
        return problems or FormProblems(Problem(shared.no_method(FlowKind.REGISTRATION)))

    def again(self, flow: Flow[RegistrationDetail]) -> Start:
        return Start(
            type=flow.type,
            request_url=flow.request_url,
            return_to=flow.return_to,
            organization=flow.detail.organization_id or "",
            identity_schema=flow.detail.identity_schema,
            after_verification_return_to=flow.detail.after_verification_return_to,
        )

    def messages(self, scope: Scope, flow: Flow[RegistrationDetail]) -> Sequence[Message]:
        return ()

    def order(self, scope: Scope, flow: Flow[RegistrationDetail], nodes: Sequence[Node]) -> tuple[Node, ...]:
        return by_schema(nodes, scope.services.schemas.require(flow.detail.schema_id), REGISTRATION_GROUPS)

    async def complete(self, scope: Scope, flow: Flow[RegistrationDetail], result: Draft) -> Reply:
        """Hooks before storing, the account, hooks after storing; an account is there whole or not at all. A form makes
        one (REG-23).
        """
        try:
            return await self._completed(scope, flow, result)
        except FormProblems as refused:
            raise FormProblems(*refused.problems, values=refused.values or result.values) from refused

    async def _completed(self, scope: Scope, flow: Flow[RegistrationDetail], result: Draft) -> Reply:
        if flow.state is State.PASSED_CHALLENGE:
            raise FormProblems(Problem(shared.registration_done_already()))
        with keeping(result.values):
            await count_sign_up(scope)
        before = self._hooks.after(scope, FlowKind.REGISTRATION, result.method, Registering)
        registering = Registering(flow=flow, identity=result.identity, method=result.method)
        changed = (await self._hooks.run(scope, before, registering)).identity
        identity = accepted(scope, changed) if changed is not None else result.identity

        issued = begun(scope, identity, (proof(result.method, scope.services.clock.now()),))
        if not identity.active:
            # A hook keeps the newcomer waiting: the account is there, and nothing follows from it yet.
            event = Registered(flow=flow, identity=identity, session=issued.session, method=result.method)
            await self._stored(scope, result, event, (), issued)
            raise FormProblems(Problem(shared.account_disabled()))
        hooks = self._hooks.after(scope, FlowKind.REGISTRATION, result.method, Registered)
        event = Registered(flow=flow, identity=identity, session=issued.session, method=result.method)
        inside, outside = split(hooks, event)
        verdict = await self._hooks.run(scope, inside, event)
        identity = await self._stored(scope, result, event, verdict.effects, issued)
        if outside:
            event = msgspec.structs.replace(event, identity=identity, verification=verdict.verification)
            later = await self._hooks.run(scope, outside, event)
            verdict = _together(verdict, later)
            unit = scope.services.storage.unit()
            if _issues(later.effects):
                unit.sessions.add(issued.session, token_hash(issued.token))
            identity = add_effects(unit, later.effects, identity, keep=issued.session.id)
            await unit.commit()
        return self._reply(scope, flow, result, identity, issued if _issues(verdict.effects) else None, verdict)

    async def _stored(
        self, scope: Scope, draft: Draft, event: Registered, effects: Sequence[Effect], issued: IssuedSession
    ) -> Identity:
        """The account and all that comes with it. The identity comes back as it is stored."""
        signs_in = _issues(effects)
        token = scope.browser.next_token if signs_in else scope.browser.token
        unit = scope.services.storage.unit()
        unit.identities.add(event.identity)
        if signs_in:
            unit.sessions.add(issued.session, token_hash(issued.token))
        for id in draft.used:
            unit.secrets.spend(id, scope.services.clock.now())
        unit.flows.save(msgspec.structs.replace(event.flow, active=draft.method, state=State.PASSED_CHALLENGE))
        bound = bound_to(effects, token, scope.services.entropy)
        identity = add_effects(unit, bound, event.identity, keep=issued.session.id)
        try:
            await unit.commit()
        except IdentifierTaken as error:
            raise await taken(scope, draft) from error
        except (FlowChanged, SecretSpent) as error:
            raise FormProblems(Problem(shared.registration_done_already())) from error
        return identity

    def _reply(  # one line per part of the answer
        self,
        scope: Scope,
        flow: Flow[RegistrationDetail],
        draft: Draft,
        identity: Identity,
        issued: IssuedSession | None,
        verdict: Continue,
    ) -> SignedUp:
        return SignedUp(
            identity=identity,
            issued=issued,
            return_to=after(scope.config, FlowKind.REGISTRATION, draft.method, flow.return_to),
            continue_with=verdict.continue_with,
            go_to=verdict.go_to,
            at=scope.services.clock.now(),
        )


def split(hooks: Sequence[Hook], event: HookEvent) -> tuple[Sequence[Hook], Sequence[Hook]]:
    """The hooks that are heard of `event` before it is stored, and those from the first one on that calls others. A call
    that is only stored belongs to the first wherever it stands, so that it is stored with what it tells (adr/0018).
    """
    hooks = [hook for hook in hooks if hook.hears(event)]
    first = next((at for at, hook in enumerate(hooks) if hook.calls_out), len(hooks))
    inside = hooks[:first] + [hook for hook in hooks[first:] if _only_stores(hook)]
    return inside, [hook for hook in hooks[first:] if not _only_stores(hook)]


def _only_stores(hook: Hook) -> bool:
    return hook.name == "web_hook" and not hook.calls_out


async def taken(scope: Scope, draft: Draft) -> FormProblems:
    """Somebody has this identifier: how they sign in is only told when `login_hints` says so (REG-12)."""
    if not scope.config.selfservice.flows.registration.login_hints:
        return FormProblems(Problem(shared.identifier_taken()), values=draft.values)
    for type, credential in draft.identity.credentials.items():
        for identifier in credential.identifiers:
            owner = await scope.services.storage.identities.by_identifier((type,), identifier)
            if owner is not None:
                types = tuple(sorted(kind.value for kind in owner.credentials if kind.value != "code"))
                hint = shared.identifier_taken_hints(types, (), identifier)
                return FormProblems(Problem(hint), values=draft.values)
    return FormProblems(Problem(shared.identifier_taken_hints((), (), "")), values=draft.values)


def _issues(effects: Sequence[Effect]) -> bool:
    return any(isinstance(effect, IssueSession) for effect in effects)


def _together(first: Continue, second: Continue) -> Continue:
    return Continue(
        effects=(*first.effects, *second.effects),
        continue_with=(*first.continue_with, *second.continue_with),
        verification=second.verification or first.verification,
        go_to=second.go_to or first.go_to,
    )
