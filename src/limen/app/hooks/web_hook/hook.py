"""What does the hook `web_hook` do? It calls a program of the operator and heeds the answer as configured (HOOK-17, WH-*)."""

import asyncio

from limen.app.flows.contract import FormProblems
from limen.app.hooks.contract import Changed, Changing, Continue, HookEvent, Registered, Registering
from limen.app.hooks.web_hook.answers import judged
from limen.app.hooks.web_hook.context import Shapes, identity_of
from limen.app.hooks.web_hook.delivering import kept
from limen.app.hooks.web_hook.errors import HookFailed, HookTimedOut
from limen.app.hooks.web_hook.outgoing import key_of, prepared
from limen.app.hooks.web_hook.programs import Programs
from limen.app.hooks.web_hook.sending import Pause, sent
from limen.app.hooks.web_hook.turns import Turns
from limen.app.scope import Scope
from limen.config.hooks import HookConfig, WebHookConfig
from limen.domain.identity.identity import Identity
from limen.kernel.egress import Egress
from limen.ports.log import Log


class WebHooks:
    """What the web hooks of one server share: connections, programs, turns."""

    def __init__(self, egress: Egress, shapes: Shapes, log: Log, pause: Pause = asyncio.sleep) -> None:
        self.egress = egress
        self.shapes = shapes
        self.pause = pause
        self.programs = Programs(egress)
        self.turns = Turns()

    def hook(self, entry: HookConfig) -> "WebHook":
        """The hook of one entry of a list."""
        if not isinstance(entry.config, WebHookConfig):
            raise TypeError("not the entry of a web hook")
        return WebHook(entry.config, self)


class WebHook:
    """Hooks whose answer counts are heard before anything is stored, others after it (HOOK-03)."""

    name = "web_hook"

    def __init__(self, config: WebHookConfig, shared: WebHooks) -> None:
        self._config = config
        self._shared = shared
        self._key = key_of(config)

    @property
    def calls_out(self) -> bool:
        """One whose answer is ignored only has its request stored, with the change itself."""
        return not self._config.response.ignore

    def hears(self, event: HookEvent) -> bool:
        match event:
            case Registering() | Changing():
                return self._config.decides
            case Registered() | Changed():
                return not self._config.decides
            case _:
                return True

    async def run(self, scope: Scope, event: HookEvent) -> Continue:
        """Raises FormProblems, HookFailed."""
        if self._config.response.ignore:
            return await self._kept(scope, event)
        log, begun = scope.services.log, scope.services.clock.now()
        try:
            changed = await self._in_time(scope, event)
        except (HookFailed, FormProblems) as error:
            log.warning("web hook refused", hook=self._key, error=type(error).__name__, reason=error.reason)
            raise
        seconds = (scope.services.clock.now() - begun).total_seconds()
        log.info("web hook done", hook=self._key, seconds=seconds, changed=changed is not None)
        return Continue(identity=changed)

    async def _in_time(self, scope: Scope, event: HookEvent) -> Identity | None:
        limits = scope.config.clients.web_hook
        seconds = limits.timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds), self._shared.turns.one(self._key, limits.at_once):
                return await self._asked(scope, event)
        except TimeoutError as error:
            raise HookTimedOut(f"The hook did not end within {seconds:g} seconds.") from error

    async def _asked(self, scope: Scope, event: HookEvent) -> Identity | None:
        shared, config = self._shared, self._config
        outgoing = await prepared(scope, event, config, shared.programs, shared.shapes)
        if outgoing is None:
            return None
        answer = await sent(scope, shared.egress, shared.pause, outgoing, config)
        return judged(scope, config, answer, identity_of(event))

    async def _kept(self, scope: Scope, event: HookEvent) -> Continue:
        """Whatever goes wrong with the program, the flow goes on (WH-07)."""
        limits, shared = scope.config.clients.web_hook, self._shared
        try:
            async with asyncio.timeout(limits.timeout.total_seconds()), shared.turns.one(self._key, limits.at_once):
                outgoing = await prepared(scope, event, self._config, shared.programs, shared.shapes)
        except (HookFailed, TimeoutError) as error:
            scope.services.log.warning("an ignored web hook failed", hook=self._key, reason=str(error))
            return Continue(note="failed, ignored")
        if outgoing is None:
            return Continue(note="cancelled by its program")
        return Continue(effects=(kept(scope, event, outgoing, self._config),), note="stored to be delivered")
