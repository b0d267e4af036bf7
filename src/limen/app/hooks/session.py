"""What does the hook `session` do? It signs a newcomer in (HOOK-10, SEED0-09, SEED3-01)."""

from limen.app.hooks.contract import Continue, HookEvent, IssueSession, Registered
from limen.app.scope import Scope


class SessionHook:
    """Signs the newcomer in once the account is stored. Anybody can see from the answer whether an account was new
    (the enumeration note of SEED0-11).
    """

    name = "session"
    calls_out = False

    def hears(self, event: HookEvent) -> bool:
        return isinstance(event, Registered)

    async def run(self, scope: Scope, event: HookEvent) -> Continue:
        return Continue(effects=(IssueSession(),))
