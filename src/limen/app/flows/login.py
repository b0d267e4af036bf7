"""What is special about signing in? Who may begin, what is asked again, and what follows a proof (LOGIN-*)."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from limen.app.errors import AlreadySignedIn, BadParameter, FirstFactorRequired
from limen.app.flows import csrf, first_proof, proving
from limen.app.flows.contract import Authenticated, FormProblems, Problem, Reply, SignedIn, Start, Submission
from limen.app.flows.return_to import after, checked
from limen.app.hooks.contract import Effect, EndOtherSessions, LoggedIn
from limen.app.hooks.effects import add_effects, bound_to
from limen.app.hooks.runner import HookRunner
from limen.app.identities.schemas import selectable
from limen.app.scope import Client, Scope
from limen.app.sessions.check import satisfies, step_up_url
from limen.app.sessions.issue import begun, proof, renewed, token_hash
from limen.domain.flow.details import LoginDetail, SignInStep
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind, FlowType
from limen.domain.flow.states import State
from limen.domain.identity.aal import Aal
from limen.domain.identity.identity import Identity
from limen.domain.ids import SessionId
from limen.domain.session.session import IssuedSession
from limen.domain.text import shared
from limen.domain.text.message import Message
from limen.domain.ui.nodes import Group, Node, has_button
from limen.domain.ui.order import LOGIN_GROUPS, by_group, with_new_behind
from limen.ports.one_time_secrets import SecretSpent
from limen.ports.storage import FlowChanged, IdentityChanged, UnitOfWork


class LoginPolicy:
    """Signing in: from nobody to somebody, once more, or one level up."""

    def __init__(self, hooks: HookRunner) -> None:
        self._hooks = hooks

    async def begin(self, scope: Scope, start: Start) -> LoginDetail:
        """Raises BadParameter, AlreadySignedIn, FirstFactorRequired."""
        aal = _requested(start.aal)
        current = scope.session
        if current is None:
            if aal is Aal.AAL2:
                raise FirstFactorRequired("A second factor can only be asked for when the first was shown.")
        elif not start.refresh and aal <= current.session.aal:
            raise AlreadySignedIn(checked(scope.config, start.return_to) or _home(scope))
        schema = selectable(scope.config, start.identity_schema) if aal is Aal.AAL1 else ""
        refresh = start.refresh and current is not None
        return LoginDetail(
            refresh=refresh,
            step=_first_step(scope, refresh=refresh, aal=aal),
            requested_aal=aal,
            identity_id=current.identity.id if current is not None else None,
            identity_schema=schema,
            organization_id=start.organization or None,
            via=start.via,
        )

    async def admit(self, scope: Scope, flow: Flow[LoginDetail]) -> None:
        """LOGIN-16: who is signed in already needs a reason to sign in again."""
        current = scope.session
        if current is None:
            if flow.detail.requested_aal is Aal.AAL2:
                raise FirstFactorRequired("The session with the first factor is gone; sign in again.")
        elif not flow.detail.refresh and flow.detail.requested_aal <= current.session.aal:
            # A rule of the flow, not of its answer: what a form says is stored with it. A browser goes home and never sees
            # this form again; an app stays where it is, and its form says why.
            if scope.client is Client.BROWSER:
                raise AlreadySignedIn(_home(scope))
            raise FormProblems(Problem(shared.already_signed_in()))

    def chosen(self, scope: Scope, flow: Flow[LoginDetail], body: Submission) -> str:
        """The first of two steps has one method only, and so has a button with an address: they go without saying
        (IDF-01, CODE-10).
        """
        if not body.method and body.text("address") and (flow.detail.refresh or flow.detail.requested_aal is Aal.AAL2):
            return proving.CODE
        first = flow.detail.step is SignInStep.IDENTIFIER and not body.method and body.text("identifier")
        return "identifier_first" if first else body.method

    def unmatched(self, scope: Scope, flow: Flow[LoginDetail], body: Submission) -> FormProblems:
        return FormProblems(Problem(shared.no_method(FlowKind.LOGIN)))

    def again(self, flow: Flow[LoginDetail]) -> Start:
        return Start(
            type=flow.type,
            request_url=flow.request_url,
            return_to=flow.return_to,
            refresh=flow.detail.refresh,
            aal=flow.detail.requested_aal.value,
            via=flow.detail.via,
            organization=flow.detail.organization_id or "",
            identity_schema=flow.detail.identity_schema,
        )

    def messages(self, scope: Scope, flow: Flow[LoginDetail]) -> Sequence[Message]:
        said: list[Message] = []
        if flow.detail.refresh:
            said.append(shared.sign_in_again())
        if scope.session is not None and flow.detail.requested_aal > scope.session.session.aal:
            said.append(shared.second_factor())
        return said

    def order(self, scope: Scope, flow: Flow[LoginDetail], nodes: Sequence[Node]) -> tuple[Node, ...]:
        if flow.type is FlowType.API and not flow.form.nodes and _codes_only(nodes):
            nodes = tuple(node for node in nodes if node.name != csrf.FIELD)
        if flow.detail.step is SignInStep.PROOF and flow.state is State.CHOOSE_METHOD:
            return with_new_behind(nodes, flow.form.nodes)
        return by_group(nodes, LOGIN_GROUPS)

    async def complete(self, scope: Scope, flow: Flow[LoginDetail], result: Authenticated) -> Reply:
        """Hooks first, then one unit of work with everything: the session is there or nothing is (WH-15). Of two submissions
        at once one signs in, and a code signs in once (LOGIN-33); who proves it anew may use the form anew, as in Kratos.
        """
        result = _with_level(scope, result)
        identity = result.updated or result.identity
        if not identity.active:
            raise FormProblems(Problem(shared.account_disabled()))
        current = scope.session if scope.session and scope.session.identity.id == identity.id else None
        aal = flow.detail.requested_aal
        done = proof(result.method, scope.services.clock.now(), aal)
        if aal is Aal.AAL2 and current is None:
            raise FormProblems(Problem(shared.login_done_already()))
        keeps = current is not None and (flow.detail.refresh or aal is Aal.AAL2)
        issued = renewed(scope, current, identity, done) if current and keeps else begun(scope, identity, (done,))
        return_to = after(scope.config, FlowKind.LOGIN, result.method, flow.return_to)

        event = LoggedIn(flow=flow, identity=identity, session=issued.session, method=result.method)
        hooks = self._hooks.after(scope, FlowKind.LOGIN, result.method, LoggedIn)
        verdict = await self._hooks.run(scope, hooks, event)

        signs_in = scope.config.dialect.signs_in(result.method)
        same_person = scope.session is not None and scope.session.identity.id == identity.id
        token = scope.browser.token if same_person else scope.browser.next_token
        writes = Writes(
            flow=msgspec.structs.replace(flow, active=result.method),
            issued=issued if signs_in else None,
            renews=keeps,
            effects=bound_to((*verdict.effects, *_ended(scope, result)), token, scope.services.entropy),
            keep=issued.session.id,
            used=result.used,
            at=scope.services.clock.now(),
        )
        try:
            identity = await self._commit(scope, writes, result, identity)
        except (FlowChanged, SecretSpent) as error:
            raise FormProblems(Problem(shared.login_done_already())) from error

        enough = satisfies(scope.config, issued.session.aal, identity.available_aal)
        return SignedIn(
            issued=issued if signs_in else None,
            identity=identity,
            same_person=same_person,
            return_to=return_to,
            continue_with=verdict.continue_with,
            go_to=verdict.go_to,
            step_up="" if enough else step_up_url(scope.config, flow.return_to),
            at=scope.services.clock.now(),
        )

    async def _commit(self, scope: Scope, writes: "Writes", result: Authenticated, identity: Identity) -> Identity:
        """One unit of work; how the identity looks with it. A hash made anew has to wait for the next time when the
        identity changed meanwhile, as it does when somebody signs in at two places at once.

        Raises FlowChanged, SecretSpent, FormProblems when the identity went away.
        """
        storage = scope.services.storage
        unit = storage.unit()
        if result.updated is not None:
            unit.identities.save(result.updated, result.identity)
        shown = writes.into(unit, identity)
        try:
            await unit.commit()
        except IdentityChanged as error:
            fresh = await storage.identities.get(identity.id)
            if fresh is None or not fresh.active:
                raise FormProblems(Problem(shared.changed_meanwhile())) from error
            unit = storage.unit()
            shown = writes.into(unit, fresh)
            await unit.commit()
        return shown


class Writes(msgspec.Struct, frozen=True, kw_only=True):
    """What signing in changes, beside the identity."""

    flow: Flow[LoginDetail]
    issued: IssuedSession | None
    renews: bool
    effects: tuple[Effect, ...]
    keep: SessionId
    """The session that stays when the effects end the others."""
    used: tuple[str, ...]
    at: datetime

    def into(self, unit: UnitOfWork, identity: Identity) -> Identity:
        if self.issued is not None:
            write = unit.sessions.renew if self.renews else unit.sessions.add
            write(self.issued.session, token_hash(self.issued.token))
        for id in self.used:
            unit.secrets.spend(id, self.at)
        unit.flows.save(self.flow)
        return add_effects(unit, self.effects, identity, keep=self.keep)


def _ended(scope: Scope, result: Authenticated) -> tuple[Effect, ...]:
    """A code that proves the first address ends the other sessions, as a verification does (security.md §2.9)."""
    proves = result.updated is not None and result.updated.proven and first_proof.is_first(scope, result.identity)
    return (EndOtherSessions(),) if proves else ()


def _with_level(scope: Scope, result: Authenticated) -> Authenticated:
    """The level that the person could reach is noted anew when it changed with the configuration: a second factor that was
    switched on meanwhile is asked for, one that was switched off locks nobody out (SESS-15).
    """
    identity = result.updated or result.identity
    available = scope.services.factors.available_aal(identity)
    if available is identity.available_aal:
        return result
    now = scope.services.clock.now()
    noted = msgspec.structs.replace(identity, available_aal=available, updated_at=now)
    return msgspec.structs.replace(result, updated=noted)


def _requested(aal: str) -> Aal:
    """The level in the query; letter case does not matter (LOGIN-07). Raises BadParameter."""
    if not aal:
        return Aal.AAL1
    if aal.lower() in {Aal.AAL1, Aal.AAL2}:
        return Aal(aal.lower())
    raise BadParameter("The aal parameter can be aal1 or aal2.")


def _codes_only(nodes: Sequence[Node]) -> bool:
    """Whether a code is the only way in: such native forms have no field for the anti-CSRF token when new (SEC-02)."""
    return {node.group for node in nodes if has_button((node,))} == {Group.CODE}


def _first_step(scope: Scope, *, refresh: bool, aal: Aal) -> SignInStep:
    """Whoever is known already is asked in one step (LOGIN-14)."""
    two = scope.config.selfservice.flows.login.style == "identifier_first"
    return SignInStep.IDENTIFIER if two and not refresh and aal is Aal.AAL1 else SignInStep.EVERYTHING


def _home(scope: Scope) -> str:
    return scope.config.selfservice.default_browser_return_url
