"""What becomes of a web hook whose answer does not matter? It is handed over here, and nobody waits for it (WH-07)."""

import asyncio
from typing import Final

from limen.app.hooks.web_hook.errors import HookFailed
from limen.app.hooks.web_hook.outgoing import Outgoing
from limen.app.hooks.web_hook.sending import Pause, sent
from limen.app.hooks.web_hook.turns import Turns
from limen.app.scope import Scope
from limen.config.hooks import WebHookConfig
from limen.kernel.egress import Egress
from limen.kernel.tasks import Tasks
from limen.ports.log import Log

_AT_ONCE: Final = 20
_MOST_WAITING: Final = 1_000


class Background:
    """Sends in the background; what does not arrive is noted in the log."""

    def __init__(self, egress: Egress, pause: Pause, log: Log) -> None:
        self._egress = egress
        self._pause = pause
        self._turns = Turns(_AT_ONCE, _MOST_WAITING)
        self._tasks = Tasks(lambda name, error: log.error("a web hook broke", hook=name, error=type(error).__name__))

    def hand_over(self, scope: Scope, outgoing: Outgoing, config: WebHookConfig) -> None:
        """Take the request. It comes back at once and raises nothing."""
        self._tasks.start(outgoing.hook, self._send(scope, outgoing, config))

    async def close(self) -> None:
        """End what is under way."""
        await self._tasks.stop()

    async def _send(self, scope: Scope, outgoing: Outgoing, config: WebHookConfig) -> None:
        seconds = scope.config.clients.web_hook.timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds), self._turns.one(outgoing.hook, _AT_ONCE):
                answer = await sent(scope, self._egress, self._pause, outgoing, config)
        except (HookFailed, TimeoutError) as error:
            reason = str(error) or f"no answer within {seconds:g} seconds"
            scope.services.log.warning("an ignored web hook failed", hook=outgoing.hook, reason=reason)
            return
        scope.services.log.info("web hook answered, ignored", hook=outgoing.hook, status=answer.status)
