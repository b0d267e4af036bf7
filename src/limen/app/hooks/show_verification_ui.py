"""What does the hook `show_verification_ui` do? It shows the verification flow that the change began (HOOK-15)."""

from limen.app.hooks.contract import Changed, Continue, HookEvent, LoggedIn, Registered
from limen.app.scope import Scope
from limen.domain.flow.kinds import FlowKind
from limen.kernel.urls import with_query


class ShowVerificationHook:
    """Points to a verification flow, if one was begun by an earlier hook."""

    name = "show_verification_ui"
    calls_out = False

    def hears(self, event: HookEvent) -> bool:
        return isinstance(event, LoggedIn | Registered | Changed)

    async def run(self, scope: Scope, event: HookEvent) -> Continue:
        if not isinstance(event, LoggedIn | Registered | Changed) or event.verification is None:
            return Continue()
        shown = event.verification
        page = with_query(scope.config.flow(FlowKind.VERIFICATION).ui_url, flow=shown.flow_id)
        return Continue(continue_with=(shown,), go_to=page)
