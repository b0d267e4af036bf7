"""What is special about changing one's account? Whose flow it is, how fresh a sign-in has to be, and what a change brings (SET-*)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

import msgspec

from limen.app.errors import (
    ForeignFlow,
    FreshSessionRequired,
    MethodUnavailable,
    NoActiveSession,
    SecondFactorRequired,
    SessionInactive,
)
from limen.app.flows.contract import (
    Change,
    FormProblems,
    Participant,
    Problem,
    Reply,
    SettingsSaved,
    ShowFlow,
    Start,
    Submission,
)
from limen.app.flows.presented import nodes_of
from limen.app.flows.registration import split
from limen.app.flows.return_to import after, checked
from limen.app.hooks.contract import Changed, Changing, Continue, Effect, EndOtherSessions, OneAtATime
from limen.app.hooks.effects import add_effects
from limen.app.hooks.runner import HookRunner
from limen.app.identities.accept import accepted, moved_on
from limen.app.scope import Scope
from limen.app.sessions.check import enough, require, step_up_url
from limen.domain.flow.details import SettingsDetail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind, FlowType
from limen.domain.flow.states import State
from limen.domain.identity.identity import Identity
from limen.domain.ids import MethodName
from limen.domain.session.amr import reached
from limen.domain.session.session import CheckedSession, IssuedSession, Session
from limen.domain.text import shared
from limen.domain.text.message import Message
from limen.domain.ui.form import Form
from limen.domain.ui.nodes import Node
from limen.domain.ui.order import SETTINGS_GROUPS, by_schema
from limen.kernel.json_doc import EMPTY
from limen.kernel.urls import joined, with_query
from limen.ports.storage import FlowChanged, IdentifierTaken, IdentityChanged

_METHODS: Final = frozenset(
    {"profile", "password", "oidc", "totp", "lookup_secret", "webauthn", "passkey", "link", "code"}
)
"""Names that mean a method: one that is switched off is not found, any other name is no choice at all (FLOW-11, FLOW-12)."""
FIELDS: Final = "traits."
"""How the names of the fields of the profile begin."""


class SettingsPolicy:
    """Changing an account: by its owner only, and what is sensitive only soon after signing in."""

    def __init__(
        self, hooks: HookRunner, participants: Mapping[MethodName, Participant[SettingsDetail, Change]]
    ) -> None:
        self._hooks = hooks
        self._participants = participants

    async def begin(self, scope: Scope, start: Start) -> SettingsDetail:
        """Raises SessionInactive, SecondFactorRequired."""
        if scope.session is None:
            sign_in = joined(scope.config.serve.public.base_url, "self-service/login/browser")
            reason = "Changing an account needs a session, and the request shows none that is valid."
            refusal = SessionInactive if start.type is FlowType.API else NoActiveSession
            raise refusal(reason, sign_in_at=with_query(sign_in, return_to=start.return_to))
        checked(scope.config, start.return_to)
        _require_level(scope, scope.session, start.request_url if start.return_to else "")
        identity = scope.session.identity
        return SettingsDetail(identity_id=identity.id, organization_id=identity.organization_id)

    async def admit(self, scope: Scope, flow: Flow[SettingsDetail]) -> None:
        """Who may read and send it: its owner, signed in well enough (SET-02 … SET-04)."""
        current = require(scope)
        if current.identity.id != flow.detail.identity_id:
            raise ForeignFlow("This form was made for somebody else.")
        _require_level(scope, current, page(scope, flow))

    def chosen(self, scope: Scope, flow: Flow[SettingsDetail], body: Submission) -> str:
        return body.method

    def unmatched(self, scope: Scope, flow: Flow[SettingsDetail], body: Submission) -> FormProblems:
        """Raises MethodUnavailable for a method that is switched off (FLOW-12)."""
        if body.method in _METHODS and not scope.config.method_enabled(body.method):
            raise MethodUnavailable("This method is switched off.")
        return FormProblems(Problem(shared.no_method(FlowKind.SETTINGS)))

    def again(self, flow: Flow[SettingsDetail]) -> Start:
        return Start(type=flow.type, request_url=flow.request_url, return_to=flow.return_to)

    def messages(self, scope: Scope, flow: Flow[SettingsDetail]) -> Sequence[Message]:
        return ()

    def order(self, scope: Scope, flow: Flow[SettingsDetail], nodes: Sequence[Node]) -> tuple[Node, ...]:
        schema = scope.services.schemas.require(require(scope).identity.schema_id)
        return by_schema(nodes, schema, SETTINGS_GROUPS)

    async def complete(self, scope: Scope, flow: Flow[SettingsDetail], result: Change) -> Reply:
        """Hooks before storing, one unit of work with everything that changes, hooks after storing (SEED0-03).

        Raises FreshSessionRequired, FormProblems, and what hooks refuse with.
        """
        current = require(scope)
        if result.sensitive:
            require_fresh(scope, flow)
        try:
            first = await self._before_storing(scope, flow, current, result)
        except OneAtATime as refused:
            return await self._shown_again(scope, flow, refused.message)
        identity = moved_on(scope, first.identity or result.identity, current.identity)
        session = _proven(current.session, result)
        event = Changed(flow=flow, identity=identity, before=current.identity, session=session, method=result.method)
        event = msgspec.structs.replace(event, verification=first.verification, flow=await self._done(scope, event))
        hooks = self._hooks.after(scope, FlowKind.SETTINGS, result.method, Changed)
        if first.verification is not None:
            # The address that waits is being proven: no second message about one that may be given up for it (HOOK-12).
            hooks = tuple(hook for hook in hooks if hook.name != "verification")
        inside, outside = split(hooks, event)
        second = await self._hooks.run(scope, inside, event)
        saved = await self._stored(scope, event, result, (*first.effects, *second.effects))

        stored = msgspec.structs.replace(
            event, identity=saved.identity, flow=saved.flow, verification=second.verification
        )
        third = await self._hooks.run(scope, outside, stored)
        if third.effects:
            unit = scope.services.storage.unit()
            saved = msgspec.structs.replace(
                saved, identity=add_effects(unit, third.effects, saved.identity, keep=session.id)
            )
            await unit.commit()
        return _reply(
            scope,
            saved,
            CheckedSession(session=session, identity=identity, token=current.token),
            result,
            (
                first,
                second,
                third,
            ),
        )

    async def _before_storing(
        self, scope: Scope, flow: Flow[SettingsDetail], current: CheckedSession, result: Change
    ) -> Continue:
        hooks = self._hooks.after(scope, FlowKind.SETTINGS, result.method, Changing)
        event = Changing(
            flow=flow,
            identity=result.identity,
            before=current.identity,
            session=current.session,
            method=result.method,
        )
        try:
            verdict = await self._hooks.run(scope, hooks, event)
        except FormProblems as refused:
            raise _problems(result, *refused.problems) from refused
        if verdict.identity is None:
            return verdict
        return msgspec.structs.replace(verdict, identity=accepted(scope, verdict.identity))

    async def _shown_again(self, scope: Scope, flow: Flow[SettingsDetail], message: Message) -> ShowFlow:
        """The form with a message that is no refusal of a field. Raises FormProblems when the form was sent twice."""
        nodes = await nodes_of(scope, flow, self._participants)
        form = flow.form.replace(self.order(scope, flow, nodes)).without_messages().saying(message)
        shown = msgspec.structs.replace(flow, form=form)
        unit = scope.services.storage.unit()
        unit.flows.save(shown)
        try:
            await unit.commit()
        except FlowChanged as error:
            raise FormProblems(Problem(shared.changed_meanwhile())) from error
        return ShowFlow(flow=shown)

    async def _stored(self, scope: Scope, event: Changed, result: Change, effects: Sequence[Effect]) -> "_Saved":
        """One unit of work: the identity, the session, the effects, and the flow."""
        flow = event.flow
        unit = scope.services.storage.unit()
        unit.identities.save(event.identity, event.before)
        if result.proves is not None:
            unit.sessions.save(event.session)
        wanted = (*effects, EndOtherSessions()) if result.ends_other_sessions else effects
        identity = add_effects(unit, wanted, event.identity, keep=event.session.id)
        unit.flows.save(flow)
        try:
            await unit.commit()
        except IdentifierTaken as error:
            raise _problems(result, Problem(shared.identifier_taken())) from error
        except (FlowChanged, IdentityChanged) as error:
            raise _problems(result, Problem(shared.changed_meanwhile())) from error
        return _Saved(flow, identity)

    async def _done(self, scope: Scope, event: Changed) -> Flow[SettingsDetail]:
        """The flow when the change is stored: it shows what is true from then on."""
        owner = CheckedSession(session=event.session, identity=event.identity)
        form = await self._form(msgspec.structs.replace(scope, session=owner), event.flow)
        return msgspec.structs.replace(event.flow, state=State.SUCCESS, form=form, internal=EMPTY)

    async def _form(self, scope: Scope, flow: Flow[SettingsDetail]) -> Form:
        nodes = await nodes_of(scope, flow, self._participants)
        return flow.form.replace(self.order(scope, flow, nodes)).without_messages().saying(shared.settings_saved())


class _Saved(msgspec.Struct, frozen=True):
    flow: Flow[SettingsDetail]
    identity: Identity


def page(scope: Scope, flow: Flow[SettingsDetail]) -> str:
    """Where browsers see the flow."""
    return with_query(scope.config.selfservice.flows.settings.ui_url, flow=flow.id)


def require_fresh(scope: Scope, flow: Flow[SettingsDetail]) -> None:
    """Raises FreshSessionRequired when the last sign-in is too long ago for sensitive changes (SET-05, SET-06)."""
    current = require(scope)
    max_age = scope.config.selfservice.flows.settings.privileged_session_max_age
    if max_age > timedelta(0) and not current.session.privileged(scope.services.clock.now(), max_age):
        base = scope.config.serve.public.base_url
        back = with_query(joined(base, "self-service/settings"), flow=flow.id)
        init = joined(base, "self-service/login/browser")
        raise FreshSessionRequired(with_query(init, refresh="true", return_to=back))


def _require_level(scope: Scope, current: CheckedSession, return_to: str) -> None:
    """Raises SecondFactorRequired when settings ask for more than the session has shown (SET-03)."""
    available = current.identity.available_aal or scope.services.factors.available_aal(current.identity)
    if not enough(scope.config.selfservice.flows.settings.required_aal, current.session.aal, available):
        raise SecondFactorRequired(step_up_url(scope.config, return_to))


def _proven(session: Session, result: Change) -> Session:
    """SET-14: a factor that was set up just now counts for this session."""
    if result.proves is None:
        return session
    methods = (*session.methods, result.proves)
    return msgspec.structs.replace(
        session, methods=methods, aal=reached(methods), authenticated_at=result.proves.completed_at
    )


def _problems(result: Change, *problems: Problem) -> FormProblems:
    return FormProblems(*problems, values=result.values, below=FIELDS if result.values else "")


def _reply(
    scope: Scope, saved: _Saved, owner: CheckedSession, result: Change, verdicts: tuple[Continue, ...]
) -> SettingsSaved:
    """What hooks want shown comes first (CW-07)."""
    flow = saved.flow
    return_to = after(scope.config, FlowKind.SETTINGS, result.method, flow.return_to, page(scope, flow))
    # Two hooks may point to one verification (HOOK-12, HOOK-15): it is told once.
    items = tuple(dict.fromkeys(item for verdict in verdicts for item in verdict.continue_with))
    go_to = next((verdict.go_to for verdict in reversed(verdicts) if verdict.go_to), "")
    return SettingsSaved(
        flow=flow,
        identity=saved.identity,
        issued=IssuedSession(session=owner.session, identity=saved.identity, token=owner.token),
        return_to=return_to,
        continue_with=items,
        go_to=go_to,
    )
