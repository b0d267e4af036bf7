"""Which hooks ran, how long did they take, and how did they end? Each is watched; a line in the log and one in the journal."""

from typing import Final

from limen.app.flows.contract import FormProblems
from limen.app.hooks.contract import Continue, Hook, HookEvent
from limen.app.hooks.web_hook.outgoing import key_of
from limen.app.scope import Scope
from limen.config.hooks import HookConfig, PythonHookConfig
from limen.domain.hooks.run import HookRun, RunOutcome
from limen.kernel.errors import LimenError

_MICROSECOND: Final = 1_000_000
_LONGEST: Final = 200
"""Characters of an answer that are kept."""


def label_of(entry: HookConfig) -> str:
    """Which of several hooks of the same name an entry is. No part of an address: those can hold secrets."""
    if isinstance(entry.config, PythonHookConfig):
        return entry.config.call
    return key_of(entry.web_hook) if entry.web_hook is not None else ""


class WatchedHook:
    """A hook, and somebody who takes the time."""

    def __init__(self, hook: Hook, label: str) -> None:
        self._hook = hook
        self._label = label

    @property
    def name(self) -> str:
        return self._hook.name

    @property
    def calls_out(self) -> bool:
        return self._hook.calls_out

    def hears(self, event: HookEvent) -> bool:
        return self._hook.hears(event)

    async def run(self, scope: Scope, event: HookEvent) -> Continue:
        """As the hook itself."""
        with scope.services.tracer.span(f"hook {self.name}", {"limen.hook.label": self._label}):
            return await self._watched(scope, event)

    async def _watched(self, scope: Scope, event: HookEvent) -> Continue:
        began, clock = scope.services.clock.now(), scope.services.meter.seconds()
        outcome, answer = RunOutcome.FAILED, "not waited for"
        try:
            verdict = await self._hook.run(scope, event)
            outcome, answer = RunOutcome.WENT_ON, _said(verdict)
        except LimenError as refusal:
            outcome, answer = RunOutcome.REFUSED, _refused(refusal)
            raise
        except Exception as error:
            answer = type(error).__name__
            raise
        finally:
            took = (scope.services.clock.now() - began).total_seconds()
            run = HookRun(
                id="",
                flow_id=event.flow.id,
                flow_kind=event.flow.kind,
                event=type(event).__name__,
                hook=self.name,
                label=self._label,
                began_at=began,
                took_us=max(0, round(took * _MICROSECOND)),
                outcome=outcome,
                answer=answer[:_LONGEST],
                expires_at=event.flow.expires_at,
            )
            _noted(scope, run)
            scope.services.meter.called("hook", self.name, outcome.value, clock)
        return verdict


def _noted(scope: Scope, run: HookRun) -> None:
    scope.services.log.info(
        "hook ran",
        hook=run.hook,
        label=run.label,
        moment=run.event,
        flow=run.flow_id,
        took_us=run.took_us,
        outcome=run.outcome.value,
        answer=run.answer,
    )
    scope.services.journal.ran(run)


def _said(verdict: Continue) -> str:
    if verdict.note:
        return verdict.note
    names = [type(effect).__name__ for effect in verdict.effects]
    changed = ["changed"] if verdict.identity is not None else []
    moved = ["redirected"] if verdict.go_to else []
    return ", ".join([*changed, *moved, *names])


def _refused(refusal: LimenError) -> str:
    if not isinstance(refusal, FormProblems):
        return type(refusal).__name__
    told = (f"{each.message.id} at {each.name}" if each.name else str(each.message.id) for each in refusal.problems)
    return f"told the person: {', '.join(told)}"
