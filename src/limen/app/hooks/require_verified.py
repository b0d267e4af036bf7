"""What does the hook `require_verified_address` do? It lets nobody sign in who has not proven an address (HOOK-16)."""

from limen.app.errors import NoAddressToVerify, VerifiedAddressRequired
from limen.app.flows.contract import FormProblems, Problem
from limen.app.hooks.contract import Continue, HookEvent, LoggedIn
from limen.app.scope import Scope
from limen.domain.text.message import Message, error


def address_not_verified() -> Message:
    """The form's message under `legacy_require_verified_login_error`."""
    return error(4000010, "Please confirm your address first: we have sent you a message before.")


class RequireVerifiedHook:
    """Any verified address will do (QK-17)."""

    name = "require_verified_address"
    calls_out = False

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
        raise VerifiedAddressRequired("Please confirm your address before signing in.")
