"""What is special about getting back in? A session at the end, and settings to choose a new password in (REC-*)."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias

import msgspec

from limen.app.errors import AlreadySignedIn, ProvingDisabled
from limen.app.flows import csrf, first_proof, proving
from limen.app.flows.contract import FormProblems, Problem, Recovered, Regained, Reply, Start, Submission
from limen.app.flows.return_to import checked
from limen.app.hooks.contract import FlowStarting, Regaining
from limen.app.hooks.effects import add_effects
from limen.app.hooks.runner import HookRunner
from limen.app.scope import Scope
from limen.app.sessions.issue import begun, proof, token_hash
from limen.domain.flow.continue_with import ContinueWith, SetSessionToken, ShowSettings
from limen.domain.flow.details import RecoveryDetail, SettingsDetail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind, FlowType
from limen.domain.flow.states import CHOOSING_ADDRESS, State
from limen.domain.identity.addresses import VerifiableAddress
from limen.domain.ids import MethodName
from limen.domain.session.session import CheckedSession, IssuedSession
from limen.domain.text import proving as texts
from limen.domain.text import shared
from limen.domain.text.message import Message
from limen.domain.ui.nodes import Group, Node
from limen.kernel.urls import with_query
from limen.ports.one_time_secrets import SecretSpent
from limen.ports.storage import FlowChanged, IdentityChanged

BeginSettings: TypeAlias = Callable[[Scope, Start, SettingsDetail], Awaitable[Flow[SettingsDetail]]]
"""Makes a settings flow for the signed-in person of a scope, not stored yet, whatever level it will ask for (REC-18)."""

_DONE_BY: Final = {proving.CODE: MethodName("code_recovery"), proving.LINK: MethodName("link_recovery")}
"""How a session says that it began with a recovery (REC-16)."""


_ADDRESS_ASKED: Final = {State.CHOOSE_METHOD, *CHOOSING_ADDRESS} - {State.AWAITING_CODE}


class RecoveryPolicy:
    """From an address to a session: unknown addresses look like known ones until the message arrives."""

    def __init__(self, hooks: HookRunner, settings: BeginSettings) -> None:
        self._hooks = hooks
        self._settings = settings

    async def begin(self, scope: Scope, start: Start) -> RecoveryDetail:
        """Raises ProvingDisabled, AlreadySignedIn."""
        rules = scope.config.selfservice.flows.recovery
        if not rules.enabled:
            raise ProvingDisabled("Getting back into an account is switched off here.")
        if scope.session is not None:
            raise AlreadySignedIn(checked(scope.config, start.return_to) or _home(scope))
        if not scope.config.method_enabled(rules.use):
            raise ProvingDisabled(f"People get back in by {rules.use} here, and that method is switched off.")
        return RecoveryDetail()

    async def admit(self, scope: Scope, flow: Flow[RecoveryDetail]) -> None:
        """REC-02; a code that was sent is taken from people who signed in meanwhile. Raises ProvingDisabled, AlreadySignedIn."""
        if not scope.config.selfservice.flows.recovery.enabled and not flow.detail.skip_csrf_check:
            raise ProvingDisabled("Getting back into an account is switched off here.")
        if scope.session is not None and flow.state in _ADDRESS_ASKED:
            raise AlreadySignedIn(_home(scope))

    def chosen(self, scope: Scope, flow: Flow[RecoveryDetail], body: Submission) -> str:
        """Once a code was sent, a submission without an address is one with a code, whatever it calls itself. A form for
        links takes no codes, unless it was for codes before somebody asked for a link.
        """
        by_code = flow.active == proving.CODE
        if by_code and flow.state in CHOOSING_ADDRESS:
            return proving.CODE
        if by_code and flow.state is not State.CHOOSE_METHOD and not body.text("email"):
            return proving.CODE
        codes = by_code or scope.config.selfservice.flows.recovery.use == proving.CODE
        return body.method if codes or body.method != proving.CODE else ""

    def unmatched(self, scope: Scope, flow: Flow[RecoveryDetail], body: Submission) -> FormProblems:
        return FormProblems(Problem(shared.no_method(FlowKind.RECOVERY)))

    def again(self, flow: Flow[RecoveryDetail]) -> Start:
        return Start(type=flow.type, request_url=flow.request_url, return_to=flow.return_to)

    def messages(self, scope: Scope, flow: Flow[RecoveryDetail]) -> Sequence[Message]:
        return ()

    def order(self, scope: Scope, flow: Flow[RecoveryDetail], nodes: Sequence[Node]) -> tuple[Node, ...]:
        """As the method has them; forms that an operator made need no anti-CSRF token (REC-21)."""
        if flow.detail.skip_csrf_check:
            return tuple(node for node in nodes if node.group is not Group.DEFAULT)
        return tuple(nodes)

    async def complete(self, scope: Scope, flow: Flow[RecoveryDetail], result: Regained) -> Reply:
        """The session, the proven address, what is left of the account, the spent secret and the settings flow: together or
        not at all.
        """
        if not result.identity.active:
            raise proving.StartOver(shared.account_disabled())
        first = bool(result.address) and first_proof.is_first(scope, result.identity)
        identity = first_proof.left(scope, result) if first else result.identity
        now = scope.services.clock.now()
        issued = begun(scope, identity, (proof(_DONE_BY[result.method], now),))
        hooks = self._hooks.after(scope, FlowKind.RECOVERY, result.method, Regaining)
        event = Regaining(flow=flow, identity=identity, session=issued.session, method=result.method)
        verdict = await self._hooks.run(scope, hooks, event)

        done = _done(scope, flow, issued)
        settings = await self._settings_flow(scope, flow, issued)
        unit = scope.services.storage.unit()
        for id in result.used:
            unit.secrets.spend(id, now)
        if first:
            first_proof.write(unit, identity, result.identity, issued.session.id)
        elif (twin := _twin(result)) is not None:
            unit.identities.mark_address(identity, proving.proven(twin, now))
        unit.sessions.add(issued.session, token_hash(issued.token))
        unit.flows.save(done)
        unit.flows.add(settings)
        add_effects(unit, verdict.effects, identity, keep=issued.session.id)
        try:
            await unit.commit()
        except (SecretSpent, FlowChanged) as error:
            wrong = texts.recovery_link_wrong() if result.method == proving.LINK else texts.recovery_code_wrong()
            raise proving.StartOver(wrong) from error
        except IdentityChanged as error:
            raise FormProblems(Problem(shared.changed_meanwhile())) from error
        url = with_query(scope.config.flow(FlowKind.SETTINGS).ui_url, flow=settings.id)
        return Recovered(
            flow=done,
            issued=issued,
            settings_url=url,
            continue_with=_items(scope, done, issued, settings, url),
            at=now,
        )

    async def _settings_flow(
        self, scope: Scope, flow: Flow[RecoveryDetail], issued: IssuedSession
    ) -> Flow[SettingsDetail]:
        """Where a new password can be set, saying until when (SET-18)."""
        detail = SettingsDetail(identity_id=issued.identity.id, organization_id=issued.identity.organization_id)
        signed_in = _signed_in(scope, issued)
        made = await self._settings(signed_in, _settings_start(scope, flow), detail)
        await self._hooks.before(signed_in, FlowStarting(kind=FlowKind.SETTINGS, flow=made))
        until = scope.services.clock.now() + scope.config.selfservice.flows.settings.privileged_session_max_age
        return msgspec.structs.replace(made, form=made.form.saying(texts.recovered(until)))


def _done(scope: Scope, flow: Flow[RecoveryDetail], issued: IssuedSession) -> Flow[RecoveryDetail]:
    detail = msgspec.structs.replace(flow.detail, recovered_identity_id=issued.identity.id)
    token = csrf.stored_form(scope.browser.next_token) if flow.csrf_token else ""
    return msgspec.structs.replace(
        flow, state=State.PASSED_CHALLENGE, detail=detail, csrf_token=token, form=flow.form.without_messages()
    )


def _signed_in(scope: Scope, issued: IssuedSession) -> Scope:
    """The scope as it will be from the next request on: with the session, and the anti-CSRF token that comes with it."""
    session = CheckedSession(session=issued.session, identity=issued.identity, token=issued.token)
    browser = msgspec.structs.replace(scope.browser, token=scope.browser.next_token)
    return msgspec.structs.replace(scope, session=session, browser=browser)


def _settings_start(scope: Scope, flow: Flow[RecoveryDetail]) -> Start:
    """Where the settings lead: where the recovery was to lead, else where the configuration says (SET-18)."""
    return_to = flow.return_to or scope.config.flow(FlowKind.RECOVERY).return_url_after("") or ""
    type = FlowType.API if flow.type is FlowType.API and not flow.csrf_token else FlowType.BROWSER
    return Start(type=type, request_url=scope.url or flow.request_url, return_to=return_to)


def _twin(result: Regained) -> VerifiableAddress | None:
    """The verifiable address that is the same as the recovery address, unless it was proven before (REC-17)."""
    same = (each for each in result.identity.verifiable_addresses if each.via is result.via)
    found = next((each for each in same if each.value == result.address), None)
    return found if found is not None and not found.verified else None


def _items(
    scope: Scope, flow: Flow[RecoveryDetail], issued: IssuedSession, settings: Flow[SettingsDetail], url: str
) -> tuple[ContinueWith, ...]:
    """What apps do next, where they are told so instead of with a 422 (CW-07)."""
    if not scope.config.feature_flags.use_continue_with_transitions:
        return ()
    show = ShowSettings(flow_id=settings.id, url=url)
    return (SetSessionToken(token=issued.token), show) if flow.type is FlowType.API else (show,)


def _home(scope: Scope) -> str:
    return scope.config.selfservice.default_browser_return_url
