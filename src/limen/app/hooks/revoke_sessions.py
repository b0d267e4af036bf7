"""What does the hook `revoke_active_sessions` do? It ends every other session of the person (HOOK-11, SEED0-05)."""

from limen.app.hooks.contract import Changed, Continue, EndOtherSessions, HookEvent, LoggedIn, Regaining
from limen.app.scope import Scope


class RevokeSessionsHook:
    """One session is left: the one that signed in, changed a setting or got back in."""

    name = "revoke_active_sessions"
    calls_out = False

    def hears(self, event: HookEvent) -> bool:
        return isinstance(event, LoggedIn | Changed | Regaining)

    async def run(self, scope: Scope, event: HookEvent) -> Continue:
        return Continue(effects=(EndOtherSessions(),))
