"""How does any flow work? Create, read, submit, replace: written once for all five kinds."""

from collections.abc import Awaitable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Generic, TypeGuard, TypeVar

import msgspec

from limen.app.errors import FlowExpired, FlowGone, FlowIdMissing, FlowUnknown, SessionRequired, TooManyAttempts
from limen.app.flows import csrf
from limen.app.flows.contract import (
    Along,
    Answer,
    Attempt,
    Direct,
    Done,
    FlowPolicy,
    FormProblems,
    GoTo,
    Leave,
    Narrow,
    Opener,
    Participant,
    Problem,
    Refused,
    Replaced,
    Reply,
    ShowFlow,
    Start,
    StartedOver,
    Stay,
    Submission,
)
from limen.app.flows.genuine import as_read_by, for_anybody, opened_here, refuse_forgery
from limen.app.flows.owed import Sender, made, made_late
from limen.app.flows.presented import csrf_node, nodes_of, submit_url
from limen.app.flows.prompt import Prompt
from limen.app.flows.proving import StartOver
from limen.app.flows.return_to import checked
from limen.app.flows.spec import FlowSpec, Guard
from limen.app.hooks.contract import FlowStarting
from limen.app.hooks.runner import HookRunner
from limen.app.limits.floods import count_flow
from limen.app.scope import Client, Scope
from limen.domain.flow.details import Detail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind, FlowType
from limen.domain.flow.states import INITIAL, State
from limen.domain.ids import FlowId, MethodName, canonical_uuid
from limen.domain.text import shared
from limen.domain.ui.form import Form
from limen.domain.ui.nodes import has_button
from limen.domain.ui.order import Arrange
from limen.kernel.errors import LimenError
from limen.kernel.urls import joined, with_query
from limen.ports.asked import Asked
from limen.ports.storage import FlowChanged

D = TypeVar("D", bound=Detail)
R = TypeVar("R")


class FlowEngine(Generic[D, R]):
    """One kind of flow: its row of differences, its policy, and what each method does in it."""

    def __init__(
        self,
        spec: FlowSpec[D],
        policy: FlowPolicy[D, R],
        participants: Mapping[MethodName, Participant[D, R]],
        hooks: HookRunner,
    ) -> None:
        self.spec = spec
        self._policy = policy
        self._participants = participants
        # asked once: what a protocol asks of each method costs as much as a statement
        self._prompts = {name: part for name, part in participants.items() if _is_prompt(part)}
        self._hooks = hooks

    # -- create ---------------------------------------------------------------------------------------------------------

    async def create(self, scope: Scope, start: Start) -> Reply:
        """A new flow. Raises what refuses it, and what a `before` hook refuses it with."""
        count_flow(scope)
        flow = await self.prepared(scope, start)
        await self._hooks.before(scope, FlowStarting(kind=self.spec.kind, flow=flow))
        flow, along = await self._prompted(scope, flow)
        unit = scope.services.storage.unit()
        unit.flows.add(flow)
        if along is not None:
            along.put_into(unit)
        await unit.commit()
        return ShowFlow(flow=flow)

    async def _prompted(self, scope: Scope, flow: Flow[D]) -> tuple[Flow[D], Along | None]:
        """The new flow after the first step of its only way on, where that needs no choice; else as it is (CODE-10)."""
        for name, part in self._prompts.items():
            attempt = await part.first_step(scope, flow) if scope.config.method_enabled(name) else None
            if attempt is None or await self._other_ways(scope, flow, part):
                continue
            step = await attempt()
            if isinstance(step, Stay):
                form = (await self._presented(scope, step.flow, step.arranged)).holding(step.values)
                return msgspec.structs.replace(step.flow, form=form.saying(*step.messages)), step.along
        return flow, None

    async def _other_ways(self, scope: Scope, flow: Flow[D], one: object) -> bool:
        """Whether any other method has something to show in the form."""
        others = (part for part in self._enabled(scope).values() if part is not one)
        return any([bool(await part.present(scope, flow)) for part in others])

    async def prepared(self, scope: Scope, start: Start, detail: D | None = None) -> Flow[D]:
        """A new flow that is not stored yet, to be stored with something else. Raises what refuses it; with a detail of
        the caller's own nothing but a forbidden return address does.
        """
        return_to = checked(scope.config, start.return_to)
        detail = detail or await self._policy.begin(scope, start)
        now = scope.services.clock.now()
        kind = self.spec.kind
        id = FlowId(str(scope.services.ids.uuid()))
        flow = Flow(
            id=id,
            kind=kind,
            type=start.type,
            state=self.spec.begins_at(scope.config) or INITIAL[kind],
            issued_at=now,
            expires_at=now + scope.config.flow(kind).lifespan,
            request_url=start.request_url,
            return_to=return_to,
            csrf_token=csrf.stored_form(scope.browser.token) if start.type is FlowType.BROWSER else "",
            active=self.spec.active(scope.config),
            form=Form(action=submit_url(scope.config.serve.public.base_url, kind, id)),
            detail=detail,
        )
        form = await self._presented(scope, flow)
        return msgspec.structs.replace(flow, form=form.saying(*self._policy.messages(scope, flow)))

    async def _presented(self, scope: Scope, flow: Flow[D], arranged: Arrange | None = None) -> Form:
        """The form with the nodes of every method that takes part, as the flow stands."""
        nodes = await nodes_of(scope, flow, self._participants)
        ordered = arranged(nodes) if arranged is not None else self._policy.order(scope, flow, nodes)
        return Form(action=flow.form.action, nodes=ordered)

    def _enabled(self, scope: Scope) -> dict[MethodName, Participant[D, R]]:
        return {name: part for name, part in self._participants.items() if scope.config.method_enabled(name)}

    # -- read -----------------------------------------------------------------------------------------------------------

    async def fetch(self, scope: Scope, id: str, *, by_operator: bool = False) -> ShowFlow:
        """The flow as it stands. Raises FlowUnknown, CsrfViolation, SessionRequired, ForeignFlow, FlowExpired.

        An operator may read everybody's (dialects.md §3.2, the admin listener until v0.6).
        """
        if not by_operator:
            self._check_guest(scope)
        flow = await self._load(scope, id)
        if not by_operator:
            await self._check_reader(scope, flow)
        if flow.expired(scope.services.clock.now()):
            base = scope.config.serve.public.base_url
            init = joined(base, "self-service", flow.kind.value, flow.type.value)
            restart = with_query(init, return_to=flow.return_to) if flow.type is FlowType.BROWSER else init
            gone = FlowExpired if flow.type in self.spec.names_expiry else FlowGone
            raise gone(flow.kind, flow.type, restart, flow.return_to)
        return ShowFlow(flow=flow if by_operator else as_read_by(scope, flow))

    async def _load(self, scope: Scope, id: str) -> Flow[D]:
        known = canonical_uuid(id)
        flow = await scope.services.storage.flows.get(self.spec.detail, FlowId(known)) if known else None
        if flow is None:
            raise FlowUnknown(f"There is no such {self.spec.kind.value} flow.")
        return flow

    def _check_guest(self, scope: Scope) -> None:
        """SET-02: whoever is not signed in does not even learn whether the flow exists."""
        if self.spec.guard is Guard.OWNER and scope.session is None:
            page = scope.config.flow(FlowKind.LOGIN).ui_url
            raise SessionRequired("This flow needs the session of its owner.", sign_in_at=page)

    async def _check_reader(self, scope: Scope, flow: Flow[D]) -> None:
        if self.spec.guard is Guard.OWNER:
            await self._policy.admit(scope, flow)
        elif (
            flow.type is FlowType.BROWSER
            and not for_anybody(flow)
            and not csrf.belongs_to(scope.browser, flow.csrf_token)
        ):
            raise csrf.violation(scope.browser, without_token=True)

    # -- submit ---------------------------------------------------------------------------------------------------------

    async def submit(self, scope: Scope, id: str, body: Submission) -> Answer:
        """What comes of a submission.

        Raises SessionRequired, FlowIdMissing, FlowUnknown; every other refusal is an answer, too.
        """
        self._check_guest(scope)
        if canonical_uuid(id) is None:
            raise FlowIdMissing("The flow query parameter is missing or is no flow id.")
        flow = await self._load(scope, id)
        if flow.type is FlowType.API and not opened_here(scope, flow, body):
            scope = msgspec.structs.replace(scope, client=Client.API)
        return await self._guarded(scope, flow, self._answered(scope, flow, body))

    async def open(self, scope: Scope, id: str, query: Submission) -> Answer:
        """What comes of opening a link of a message. Always in a browser, whatever the flow was made for (LINK-04).

        Raises FlowIdMissing, FlowUnknown.
        """
        flow = await self._load(scope, id) if canonical_uuid(id) else None
        attempt: Attempt[D, R] | None = None
        for part in self._enabled(scope).values():
            if flow is not None and attempt is None and _is_opener(part):
                attempt = part.opened(scope, flow, query)
        if flow is None or attempt is None:
            return await self.submit(scope, id, query)
        scope = msgspec.structs.replace(scope, client=Client.BROWSER)
        return await self._guarded(scope, flow, self._done(scope, attempt))

    async def _guarded(self, scope: Scope, flow: Flow[D], work: Awaitable[Reply]) -> Answer:
        try:
            reply = await work
        except FormProblems as problems:
            reply = await self._shown_again(scope, flow, problems)
        except StartOver as over:
            reply = await self._started_over(scope, flow, over)
        except TooManyAttempts as error:
            reply = await self._too_many(scope, flow, error)
        except LimenError as error:
            reply = Refused(error=error)
        if isinstance(reply, ShowFlow):
            reply = msgspec.structs.replace(reply, flow=as_read_by(scope, reply.flow))
        return Answer(reply=reply, client=scope.client)

    async def _too_many(self, scope: Scope, flow: Flow[D], error: TooManyAttempts) -> Reply:
        """A browser is shown its form with what is wrong; apps are told in the envelope, with status 429.

        A rule of the flow, not of its answer: a browser reads its form from where it is stored, so it has to be written. For
        whoever is told at once nothing is, so that what a limit refuses costs as little as it can.
        """
        if scope.client is not Client.BROWSER or flow.expired(scope.services.clock.now()):
            return Refused(error=error)
        said = shared.too_many_attempts(scope.services.clock.now() + timedelta(seconds=error.retry_after))
        return await self._shown_again(scope, flow, FormProblems(Problem(said), values=error.values))

    async def _answered(self, scope: Scope, flow: Flow[D], body: Submission) -> Reply:
        await self._policy.admit(scope, flow)
        now = scope.services.clock.now()
        if flow.expired(now):
            return await self._replaced(scope, flow, now)
        return await self._carried_out(scope, flow, body)

    async def _carried_out(self, scope: Scope, flow: Flow[D], body: Submission) -> Reply:
        return await self._done(scope, self._attempt(scope, flow, body))

    async def _done(self, scope: Scope, attempt: Attempt[D, R]) -> Reply:
        step = await attempt()
        if isinstance(step, Leave):
            return GoTo(url=step.url)
        if isinstance(step, Narrow):
            return await self._narrowed(scope, step)
        if isinstance(step, Done):
            return await self._policy.complete(scope, step.flow, step.result)
        return await self._stay(scope, step)

    def _attempt(self, scope: Scope, flow: Flow[D], body: Submission) -> Attempt[D, R]:
        """Read first, then ask whether the submission is genuine: problems of the form are told even to strangers,
        but nothing happens for them (SEC-04).
        """
        if body.unreadable:
            raise FormProblems(Problem(shared.unreadable(body.unreadable)))
        participant = self._enabled(scope).get(MethodName(self._policy.chosen(scope, flow, body)))
        if participant is None:
            if self.spec.forgery_first:
                refuse_forgery(scope, flow, body)
            raise self._policy.unmatched(scope, flow, body)
        attempt = participant.read(scope, flow, body)
        refuse_forgery(scope, flow, body)
        return attempt

    async def _narrowed(self, scope: Scope, step: Narrow[D]) -> Reply:
        ways = [part for part in self._enabled(scope).values() if has_button(await part.present(scope, step.flow))]
        if not ways:
            form = await self._presented(scope, step.back)
            return await self._shown_again(scope, msgspec.structs.replace(step.back, form=form), step.problems)
        only = ways[0]
        if len(ways) == 1 and _is_direct(only):
            return await self._done(scope, only.at_once(scope, step.flow))
        return await self._stay(scope, Stay(flow=step.flow))

    async def _stay(self, scope: Scope, step: Stay[D]) -> ShowFlow:
        form = (await self._presented(scope, step.flow, step.arranged)).holding(step.values).saying(*step.messages)
        shown = await self._saved(
            scope, msgspec.structs.replace(step.flow, form=form), again=step.again, along=step.along
        )
        if step.later is not None:
            aside = scope.services.aside
            await aside.after(scope.services.log, step.flow.id, partial(self._owed, scope, step.flow, step.later))
        return shown

    async def _owed(self, scope: Scope, flow: Flow[D], asked: Asked) -> None:
        sender = self._participants.get(asked.method)
        if _is_sender(sender):
            await made(scope, flow, asked, sender)

    async def resume(self, scope: Scope, asked: Asked) -> None:
        """Make a message that was asked for in a process that is gone. Raises AskedGone, TemplateBroken, StorageUnavailable."""
        flow = await scope.services.storage.flows.get(self.spec.detail, asked.flow_id)
        part = self._enabled(scope).get(asked.method)
        await made_late(scope, flow, asked, part if _is_sender(part) else None)

    async def _shown_again(self, scope: Scope, flow: Flow[D], problems: FormProblems) -> ShowFlow:
        bare = flow.form.emptied(problems.below) if problems.below else flow.form.without_messages()
        form = bare.holding(problems.values)
        for problem in problems.problems:
            form = form.saying_at(problem.name, problem.message) if problem.name else form.saying(problem.message)
        if self.spec.token_with_values and problems.values and form.node(csrf.FIELD) is None:
            form = form.replace((*form.nodes, csrf_node(scope, flow.type)))
        if self.spec.orders_after_problem:
            form = form.replace(self._policy.order(scope, flow, form.nodes))
        return await self._saved(scope, msgspec.structs.replace(flow, form=form), again=True)

    async def _saved(self, scope: Scope, flow: Flow[D], *, again: bool, along: Along | None = None) -> ShowFlow:
        """The form, stored: a browser reads it from there. Of two submissions at the same instant the later one's form is
        shown, so that whoever was refused finds out why (REG-23, LOGIN-33).
        """
        try:
            await self._store(scope, flow, along)
        except FlowChanged:
            stored = await scope.services.storage.flows.get(self.spec.detail, flow.id)
            latest = msgspec.structs.replace(flow, version=stored.version if stored else flow.version)
            if stored is not None and stored.state is State.PASSED_CHALLENGE:
                latest = msgspec.structs.replace(stored, form=flow.form)  # what was done stays done
            try:
                await self._store(scope, latest, along)
            except FlowChanged:
                # a third one was quicker still: its form is the one kept, this one is answered all the same
                scope.services.log.info("flow changed meanwhile", flow=flow.id, kind=flow.kind.value)
                await self._promised_all_the_same(scope, along)
        return ShowFlow(flow=flow, again=again)

    async def _promised_all_the_same(self, scope: Scope, along: Along | None) -> None:
        if along is not None:
            unit = scope.services.storage.unit()
            along.put_into(unit)
            await unit.commit()

    async def _store(self, scope: Scope, flow: Flow[D], along: Along | None) -> None:
        unit = scope.services.storage.unit()
        unit.flows.save(flow)
        if along is not None:
            along.put_into(unit)
        await unit.commit()

    # -- replace --------------------------------------------------------------------------------------------------------

    async def _replaced(self, scope: Scope, old: Flow[D], now: datetime) -> Reply:
        """A new flow instead of an expired one: it keeps where it came from, what for, and where it leads (FLOW-07)."""
        count_flow(scope)
        fresh = await self.prepared(scope, self._policy.again(old))
        await self._hooks.before(scope, FlowStarting(kind=self.spec.kind, flow=fresh))
        fresh = msgspec.structs.replace(fresh, form=fresh.form.saying(shared.flow_expired(old.kind, old.expires_at)))
        unit = scope.services.storage.unit()
        unit.flows.add(fresh)
        await unit.commit()
        return Replaced(flow=fresh, expired_at=old.expires_at, now=now)

    async def _started_over(self, scope: Scope, old: Flow[D], over: StartOver) -> Reply:
        """A fresh flow that says why the old one cannot go on; it leads where the old one led."""
        type = FlowType.BROWSER if over.in_browser else old.type
        start = Start(type=type, request_url=scope.url or old.request_url, return_to=old.return_to)
        fresh = await self.prepared(msgspec.structs.replace(scope, session=None), start)
        fresh = msgspec.structs.replace(fresh, form=fresh.form.saying(over.message))
        unit = scope.services.storage.unit()
        unit.flows.add(fresh)
        await unit.commit()
        return StartedOver(flow=fresh, reason=over)


def _is_sender(part: Participant[D, R] | None) -> TypeGuard[Sender[D]]:
    return isinstance(part, Sender)


def _is_opener(part: Participant[D, R]) -> TypeGuard[Opener[D, R]]:
    return isinstance(part, Opener)


def _is_direct(part: Participant[D, R]) -> TypeGuard[Direct[D, R]]:
    return isinstance(part, Direct)


def _is_prompt(part: Participant[D, R]) -> TypeGuard[Prompt[D, R]]:
    return isinstance(part, Prompt)
