"""What does the hook `show_verification_ui` do? It shows the verification flow that the change began (HOOK-15)."""

from limen.app.hooks.contract import Continue, HookEvent, LoggedIn, Registered
from limen.app.scope import Scope
from limen.domain.flow.continue_with import ContinueWith, ShowVerification


class ShowVerificationHook:
    """Points to a verification flow, if one was begun by an earlier hook."""

    name = "show_verification_ui"
    calls_out = False

    def hears(self, event: HookEvent) -> bool:
        return isinstance(event, LoggedIn | Registered)

    async def run(self, scope: Scope, event: HookEvent) -> Continue:
        return Continue()


def shown(items: tuple[ContinueWith, ...]) -> str:
    """Where the first verification flow among the items is shown; empty without one."""
    return next((item.url for item in items if isinstance(item, ShowVerification)), "")
