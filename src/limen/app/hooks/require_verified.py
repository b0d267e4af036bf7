"""What does the hook `require_verified_address` do? It lets nobody sign in who has not proven an address (HOOK-16)."""

from limen.app.errors import NoAddressToVerify, VerifiedAddressRequired
from limen.app.flows.contract import FormProblems, Problem
from limen.app.hooks.contract import Continue, HookEvent, LoggedIn
from limen.app.hooks.effects import add_effects
from limen.app.hooks.verification import Presenters, begin
from limen.app.scope import Scope
from limen.domain.flow.kinds import FlowKind
from limen.domain.text.message import Message, error
from limen.kernel.urls import with_query


def address_not_verified() -> Message:
    """The form's message under `legacy_require_verified_login_error`."""
    return error(4000010, "Please confirm your address first: we have sent you a message before.")


class RequireVerifiedHook:
    """Any verified address will do (QK-17)."""

    name = "require_verified_address"
    calls_out = False

    def __init__(self, presenters: Presenters) -> None:
        self._presenters = presenters

    def hears(self, event: HookEvent) -> bool:
        return isinstance(event, LoggedIn)

    async def run(self, scope: Scope, event: HookEvent) -> Continue:
        if not isinstance(event, LoggedIn):
            return Continue()
        addresses = event.identity.verifiable_addresses
        if not addresses:
            raise NoAddressToVerify("The hook require_verified_address needs identities with a verifiable address.")
        if any(address.verified for address in addresses):
            return Continue()
        if scope.config.feature_flags.legacy_require_verified_login_error:
            raise FormProblems(Problem(address_not_verified()))
        raise await self._refusal(scope, event)

    async def _refusal(self, scope: Scope, event: LoggedIn) -> VerifiedAddressRequired:
        """The refusal, with a verification flow that is begun for it, so that signing in can go on afterwards."""
        reason, rules = "Please confirm your address before signing in.", scope.config.selfservice.flows.verification
        if not rules.enabled or not scope.config.method_enabled(rules.use):
            return VerifiedAddressRequired(reason)
        address = event.identity.verifiable_addresses[0]
        begun = await begin(scope, self._presenters, event.flow, event.identity, address, event.session.id)
        unit = scope.services.storage.unit()
        add_effects(unit, begun.effects, event.identity, keep=None)
        await unit.commit()
        page = with_query(scope.config.flow(FlowKind.VERIFICATION).ui_url, flow=begun.shown.flow_id)
        return VerifiedAddressRequired(reason, begun.shown.flow_id, begun.shown.address, page)
