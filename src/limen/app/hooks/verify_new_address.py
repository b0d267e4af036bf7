"""What does the hook `verify_new_address` do? A new address is proven first, and only then is it the person's (HOOK-12)."""

from limen.app.errors import NoAddressToVerify
from limen.app.flows.contract import FormProblems, Problem
from limen.app.flows.pending_change import kept
from limen.app.hooks.contract import BeginFlow, Changing, Continue, HoldBack, HookEvent, MarkAddress, OneAtATime
from limen.app.hooks.verification import Presenters, begin
from limen.app.scope import Scope
from limen.domain.identity.addresses import VerifiableAddress
from limen.domain.identity.identity import Identity
from limen.domain.identity.normalise import lookup_form
from limen.domain.text import shared
from limen.domain.text.message import Message, error


def one_address_at_a_time() -> Message:
    return error(4050002, "Please change one address at a time: each new one has to be confirmed before it counts.")


class VerifyNewAddressHook:
    """Keeps the whole change back, sends a code or a link to the new address, and points to where it is entered."""

    name = "verify_new_address"
    calls_out = False

    def __init__(self, presenters: Presenters) -> None:
        self._presenters = presenters

    def hears(self, event: HookEvent) -> bool:
        return isinstance(event, Changing)

    async def run(self, scope: Scope, event: HookEvent) -> Continue:
        """Raises OneAtATime, FormProblems for an address that is somebody else's, NoAddressToVerify when the
        configuration leaves no way to prove one: what is to be proven is never stored unproven.
        """
        if not isinstance(event, Changing):
            return Continue()
        new = new_addresses(event.before, event.identity)
        if not new:
            return Continue()
        address, *others = new
        rules = scope.config.selfservice.flows.verification
        if not rules.enabled or not scope.config.method_enabled(rules.use):
            raise NoAddressToVerify("The hook verify_new_address needs verification, which is switched off.")
        if others:
            raise OneAtATime(one_address_at_a_time())
        if await _taken(scope, event.before, event.identity):
            raise FormProblems(Problem(shared.identifier_taken()))
        begun = await begin(scope, self._presenters, event.flow, event.before, address, event.session.id)
        flow = next(effect.flow for effect in begun.effects if isinstance(effect, BeginFlow))
        wanted = kept(flow.id, (address.via, address.value), event.identity, event.before, flow.expires_at)
        # The address is nobody's yet: there is no row that could be marked as written to.
        effects = (each for each in begun.effects if not isinstance(each, MarkAddress))
        return Continue(
            identity=event.before,
            effects=(*effects, HoldBack(wanted)),
            continue_with=(begun.shown,),
            verification=begun.shown,
        )


def new_addresses(before: Identity, after: Identity) -> tuple[VerifiableAddress, ...]:
    """The verifiable addresses that only `after` has."""
    known = {(each.via, lookup_form(each.value)) for each in before.verifiable_addresses}
    return tuple(each for each in after.verifiable_addresses if (each.via, lookup_form(each.value)) not in known)


async def _taken(scope: Scope, before: Identity, after: Identity) -> bool:
    """Whether somebody else has an address or identifier of `after`. Looked at again when the change comes true."""
    identities, old = scope.services.storage.identities, before.credentials
    known = {each.id for each in before.recovery_addresses}
    found = [await identities.by_verifiable_address(each.via, each.value) for each in new_addresses(before, after)]
    found += [
        await identities.by_recovery_address(each.via, each.value)
        for each in after.recovery_addresses
        if each.id not in known
    ]
    found += [
        await identities.by_identifier((type,), identifier)
        for type, credential in after.credentials.items()
        for identifier in credential.identifiers
        if type not in old or identifier not in old[type].identifiers
    ]
    return any(each is not None and each.id != before.id for each in found)
