"""What does the hook `revoke_active_sessions` do? It ends every other session of the person (HOOK-11, SEED0-05)."""

from limen.app.hooks.contract import Continue, EndOtherSessions, HookEvent, LoggedIn
from limen.app.scope import Scope


class RevokeSessionsHook:
    """Signing in leaves one session: the new one."""

    name = "revoke_active_sessions"
    calls_out = False

    def hears(self, event: HookEvent) -> bool:
        return isinstance(event, LoggedIn)

    async def run(self, scope: Scope, event: HookEvent) -> Continue:
        return Continue(effects=(EndOtherSessions(),))
