"""What is special about proving an address? Nobody needs to be signed in, and nobody is afterwards (VER-*)."""

from collections.abc import Sequence
from contextlib import suppress

import msgspec

from limen.app.errors import ProvingDisabled
from limen.app.flows import csrf, first_proof, pending_change, proving
from limen.app.flows.contract import FormProblems, Problem, Proof, Reply, ShowFlow, Start, Submission
from limen.app.flows.registration import split
from limen.app.flows.return_to import after
from limen.app.hooks.contract import Verified
from limen.app.hooks.effects import add_effects, marked
from limen.app.hooks.notify_previous_addresses import configured_notices
from limen.app.hooks.runner import HookRunner
from limen.app.identities.accept import moved_on
from limen.app.scope import Scope
from limen.domain.flow.details import VerificationDetail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind, FlowType
from limen.domain.flow.states import State
from limen.domain.identity.addresses import Via
from limen.domain.identity.identity import Identity
from limen.domain.text import proving as texts
from limen.domain.text import shared
from limen.domain.text.message import Message
from limen.domain.text.validation import generic
from limen.domain.ui.form import Form
from limen.domain.ui.nodes import Anchor, Group, Input, InputType, Node, hidden
from limen.kernel.json_doc import JsonDoc
from limen.ports.one_time_secrets import SecretSpent
from limen.ports.storage import FlowChanged, IdentifierTaken, IdentityChanged, UnitOfWork


class VerificationPolicy:
    """An address, something that was sent there, and a way to go on."""

    def __init__(self, hooks: HookRunner) -> None:
        self._hooks = hooks

    async def begin(self, scope: Scope, start: Start) -> VerificationDetail:
        """Raises ProvingDisabled."""
        rules = scope.config.selfservice.flows.verification
        if not rules.enabled:
            raise ProvingDisabled("Confirming addresses is switched off here.")
        if not scope.config.method_enabled(rules.use):
            raise ProvingDisabled(f"Addresses are confirmed by {rules.use} here, and that method is switched off.")
        return VerificationDetail()

    async def admit(self, scope: Scope, flow: Flow[VerificationDetail]) -> None:
        """Raises ProvingDisabled."""
        if not scope.config.selfservice.flows.verification.enabled:
            raise ProvingDisabled("Confirming addresses is switched off here.")

    def chosen(self, scope: Scope, flow: Flow[VerificationDetail], body: Submission) -> str:
        """A form is for one method; a code alone says which."""
        wanted = body.method or (proving.CODE if body.text("code") else "")
        return wanted if wanted == flow.active else ""

    def unmatched(self, scope: Scope, flow: Flow[VerificationDetail], body: Submission) -> FormProblems:
        """What is no method is told at the button; the method of another form with the address as it was sent."""
        sent = body.fields.get("method", "")
        if sent not in {"", proving.CODE, proving.LINK} if isinstance(sent, str) else True:
            return FormProblems(Problem(generic("Addresses are confirmed by code or by link."), "method"))
        values = {"email": JsonDoc.of(body.text("email"))} if sent or body.typed else None
        return FormProblems(Problem(shared.no_method(FlowKind.VERIFICATION)), values=values)

    def again(self, flow: Flow[VerificationDetail]) -> Start:
        return Start(type=flow.type, request_url=flow.request_url, return_to=flow.return_to)

    def messages(self, scope: Scope, flow: Flow[VerificationDetail]) -> Sequence[Message]:
        return ()

    def order(self, scope: Scope, flow: Flow[VerificationDetail], nodes: Sequence[Node]) -> tuple[Node, ...]:
        return arranged(flow, nodes)

    async def complete(self, scope: Scope, flow: Flow[VerificationDetail], result: Proof) -> Reply:
        """The address is proven, what proved it is spent, other sessions may end, and the form shows where to go on: together or
        not at all.
        """
        now = scope.services.clock.now()
        fits = (each for each in result.identity.verifiable_addresses if each.via is result.via)
        address = next((each for each in fits if each.value == result.address), None)
        unit, identity = scope.services.storage.unit(), result.identity
        if address is not None:
            unit.identities.mark_address(identity, proving.proven(address, now))
            identity = marked(identity, proving.proven(address, now))
        else:
            changed = await self._held_back(scope, flow, result, unit)
            if changed is None:
                return await self._not_proven(scope, flow)
            identity = changed
        if first_proof.is_first(scope, result.identity):
            unit.sessions.end_all(identity.id, keep=first_proof.stays(scope, flow, identity))
        done = self._done(scope, flow, result)
        event = Verified(flow=done, identity=identity, method=result.method)
        inside, outside = split(self._hooks.after(scope, FlowKind.VERIFICATION, result.method, Verified), event)
        verdict = await self._hooks.run(scope, inside, event)
        for id in result.used:
            unit.secrets.spend(id, now)
        unit.flows.save(done)
        add_effects(unit, verdict.effects, event.identity)
        try:
            await unit.commit()
        except IdentifierTaken as error:
            raise FormProblems(Problem(shared.identifier_taken())) from error
        except (SecretSpent, FlowChanged) as error:
            raise FormProblems(Problem(texts.verification_code_wrong())) from error
        except IdentityChanged as error:
            raise FormProblems(Problem(shared.changed_meanwhile())) from error
        try:
            later = await self._hooks.run(scope, outside, event)
        except FormProblems as refused:
            return await self._done_but(scope, done, refused)
        unit = scope.services.storage.unit()
        add_effects(unit, later.effects, event.identity)
        await unit.commit()
        return ShowFlow(flow=done)

    async def _held_back(
        self, scope: Scope, flow: Flow[VerificationDetail], result: Proof, unit: UnitOfWork
    ) -> Identity | None:
        """A change that waited for this proof comes true, with the notices about it (VER-15, HOOK-13); None without one."""
        before = result.identity
        changed = await pending_change.come_true(scope, flow, before, result.via, result.address)
        if changed is None:
            return None
        changed = moved_on(scope, changed, before)
        unit.identities.save(changed, before)
        unit.parked.remove(pending_change.place_of(before))
        for letter in await configured_notices(scope, before, changed, flow.request_url):
            unit.letters.add(letter)
        return changed

    async def _not_proven(self, scope: Scope, flow: Flow[VerificationDetail]) -> ShowFlow:
        """Said as for a wrong code, with status 200; the code is not spent (VER-15)."""
        shown = msgspec.structs.replace(flow, form=flow.form.without_messages().saying(texts.verification_code_wrong()))
        unit = scope.services.storage.unit()
        unit.flows.save(shown)
        try:
            await unit.commit()
        except FlowChanged as error:
            raise FormProblems(Problem(shared.changed_meanwhile())) from error
        return ShowFlow(flow=shown)

    async def _done_but(self, scope: Scope, done: Flow[VerificationDetail], refused: FormProblems) -> ShowFlow:
        """What a hook says although the address is proven by now: on the form that shows where to go on."""
        form = done.form.saying(*(problem.message for problem in refused.problems))
        said = msgspec.structs.replace(done, form=form, version=done.version + 1)
        unit = scope.services.storage.unit()
        unit.flows.save(said)
        with suppress(FlowChanged):
            await unit.commit()
        return ShowFlow(flow=said, again=True)

    def _done(self, scope: Scope, flow: Flow[VerificationDetail], result: Proof) -> Flow[VerificationDetail]:
        url = after(scope.config, FlowKind.VERIFICATION, result.method, flow.return_to)
        token = JsonDoc.of(csrf.masked(scope.browser.token, scope.services.entropy))
        go_on = Node(
            Group(result.method),
            Anchor(id="continue", href=url, title=shared.go_on()),
            label=shared.go_on(),
        )
        form = Form(
            action=url,
            method="GET",
            nodes=(hidden(Group.DEFAULT, csrf.FIELD, token, required=True), go_on),
            messages=(texts.phone_verified() if result.via is Via.SMS else texts.email_verified(),),
        )
        return msgspec.structs.replace(flow, state=State.PASSED_CHALLENGE, active=result.method, form=form)


def arranged(flow: Flow[VerificationDetail], nodes: Sequence[Node]) -> tuple[Node, ...]:
    """The order of these forms: with codes, the anti-CSRF token stands before the button that sends another one, and
    native forms have none; with links it comes first.
    """
    token = tuple(node for node in nodes if node.name == csrf.FIELD)
    rest = tuple(node for node in nodes if node.name != csrf.FIELD)
    if any(node.group is Group.LINK for node in rest):
        return (*token, *rest)
    if not flow.csrf_token:
        return rest
    if flow.type is FlowType.API:
        return (*rest, *token)
    again = tuple(node for node in rest if _is_resend(node))
    return (*(node for node in rest if not _is_resend(node)), *token, *again)


def _is_resend(node: Node) -> bool:
    return node.name == "email" and isinstance(node.attributes, Input) and node.attributes.type is InputType.SUBMIT
