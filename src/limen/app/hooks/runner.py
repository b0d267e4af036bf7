"""Which hooks run, and in which order? Method lists before global ones, `session` last (HOOK-01 … HOOK-04, SEED0-21)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

import msgspec

from limen.app.hooks.contract import (
    Changed,
    Changing,
    Continue,
    Deliver,
    FlowStarting,
    Hook,
    HookEvent,
    LoggedIn,
    MarkAddress,
    Registered,
    Registering,
)
from limen.app.hooks.effects import marked
from limen.app.hooks.watched import WatchedHook, label_of
from limen.app.scope import Scope
from limen.config.hooks import HookConfig
from limen.domain.flow.kinds import FlowKind
from limen.domain.ids import MethodName

MakeHook: TypeAlias = Callable[[HookConfig], Hook]
"""Builds the hook that a configuration entry asks for."""


_CHANGEABLE: Final = (LoggedIn, Registering, Registered, Changing, Changed)
"""The events whose identity a hook may change."""
_VERIFIES: Final[tuple[type[HookEvent], ...]] = (Registered, Changed)
"""After these, new addresses are verified without being asked for, before anything else (VER-11, HOOK-14)."""
_VERIFICATION: Final = HookConfig(hook="verification")


class HookRunner:
    """Runs hooks in their order and adds up what they say."""

    def __init__(self, makers: Mapping[str, MakeHook]) -> None:
        self._makers = makers

    async def before(self, scope: Scope, event: FlowStarting) -> None:
        """The `before` hooks of a flow. Raises what they refuse with.

        Calls that they want made afterwards are stored when all of them have agreed, in a unit of work of their own.
        """
        verdict = await self.run(scope, self._made(scope, scope.config.flow(event.kind).before), event)
        calls = [effect.delivery for effect in verdict.effects if isinstance(effect, Deliver)]
        if calls:
            unit = scope.services.storage.unit()
            for call in calls:
                unit.deliveries.add(call)
            await unit.commit()

    def after(self, scope: Scope, kind: FlowKind, method: MethodName, event: type[HookEvent]) -> tuple[Hook, ...]:
        """The hooks after `method` of a flow, in their order.

        A method's own list replaces the general one when it is not empty; before an account is stored only the
        method's own list counts (HOOK-02, REG-14).
        """
        rules = scope.config.flow(kind)
        own = rules.after.methods.get(method)
        listed = (own.hooks if own is not None else ()) if event is Registering else rules.hooks_after(method)
        if event in _VERIFIES and scope.config.selfservice.flows.verification.enabled:
            listed = (_VERIFICATION, *(entry for entry in listed if entry.hook != _VERIFICATION.hook))
        hooks = self._made(scope, listed)
        return tuple(sorted(hooks, key=lambda hook: hook.name == "session"))

    async def run(self, scope: Scope, hooks: Sequence[Hook], event: HookEvent) -> Continue:
        """The sum of what the hooks say about an event; a changed identity is what later hooks see."""
        total = Continue()
        for hook in hooks:
            if not hook.hears(event):
                continue
            verdict = await hook.run(scope, event)
            if verdict.identity is not None and isinstance(event, _CHANGEABLE):
                event = msgspec.structs.replace(event, identity=verdict.identity)
            for effect in verdict.effects:
                if isinstance(effect, MarkAddress) and isinstance(event, _CHANGEABLE):
                    event = msgspec.structs.replace(event, identity=marked(event.identity, effect.address))
            if verdict.verification is not None and isinstance(event, LoggedIn | Registered | Changed):
                event = msgspec.structs.replace(event, verification=verdict.verification)
            total = Continue(
                identity=verdict.identity or total.identity,
                effects=(*total.effects, *verdict.effects),
                continue_with=(*total.continue_with, *verdict.continue_with),
                verification=verdict.verification or total.verification,
                go_to=verdict.go_to or total.go_to,
            )
        return total

    def _made(self, scope: Scope, listed: Sequence[HookConfig]) -> list[Hook]:
        hooks: list[Hook] = []
        for entry in listed:
            maker = self._makers.get(entry.hook)
            if maker is None:
                scope.services.log.warning("hook not available, skipped", hook=entry.hook)
                continue
            hooks.append(WatchedHook(maker(entry), label_of(entry)))
        return hooks
