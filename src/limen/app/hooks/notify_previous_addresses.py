"""What does the hook `notify_previous_addresses` do? Whoever had an address before hears that it changed (HOOK-13)."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from limen.app.hooks.contract import Changed, Continue, HookEvent, SendLetter
from limen.app.scope import Scope
from limen.config.hooks import HookConfig, NotifyPreviousConfig
from limen.domain.courier.letter import Letter, TemplateType
from limen.domain.flow.kinds import FlowKind
from limen.domain.identity.addresses import VerifiableAddress, Via
from limen.domain.identity.identity import Identity
from limen.domain.identity.normalise import lookup_form
from limen.domain.ids import MethodName
from limen.ports.courier import Wording

NAME = "notify_previous_addresses"
Recipients: TypeAlias = Literal["removed", "all_verified", "all"]
_REMOVED: Recipients = "removed"
_PROFILE = MethodName("profile")


class NotifyPreviousHook:
    """Writes in the same unit of work as the change: no change without its notice."""

    name = NAME
    calls_out = False

    def __init__(self, entry: HookConfig) -> None:
        self._recipients: Recipients = recipients_of(entry)

    def hears(self, event: HookEvent) -> bool:
        return isinstance(event, Changed)

    async def run(self, scope: Scope, event: HookEvent) -> Continue:
        """Raises TemplateBroken."""
        if not isinstance(event, Changed):
            return Continue()
        url = event.flow.request_url
        letters = await _notices(scope, self._recipients, event.before, event.identity, url)
        return Continue(effects=tuple(SendLetter(letter) for letter in letters))


def recipients_of(entry: HookConfig) -> Recipients:
    """Who hears of it; those whose address went, when nothing is said."""
    return entry.config.recipients if isinstance(entry.config, NotifyPreviousConfig) else _REMOVED


async def configured_notices(scope: Scope, before: Identity, after: Identity, request_url: str) -> tuple[Letter, ...]:
    """The notices of a change that comes true later than its form was sent (HOOK-12). Raises TemplateBroken."""
    letters: list[Letter] = []
    for entry in scope.config.flow(FlowKind.SETTINGS).hooks_after(_PROFILE):
        if entry.hook == NAME:
            letters.extend(await _notices(scope, recipients_of(entry), before, after, request_url))
    return tuple(letters)


def told(recipients: Recipients, before: Identity, after: Identity) -> tuple[VerifiableAddress, ...]:
    """Whom to write to; nobody when the addresses are the same as before."""
    now = {_key(each) for each in after.verifiable_addresses}
    had = {_key(each) for each in before.verifiable_addresses}
    if now == had:
        return ()
    match recipients:
        case "all":
            return before.verifiable_addresses
        case "all_verified":
            return tuple(each for each in before.verifiable_addresses if each.verified)
        case "removed":
            return tuple(each for each in before.verifiable_addresses if _key(each) not in now)


def _key(address: VerifiableAddress) -> tuple[Via, str]:
    return address.via, lookup_form(address.value)


async def _notices(
    scope: Scope, recipients: Recipients, before: Identity, after: Identity, request_url: str
) -> Sequence[Letter]:
    return [
        await scope.services.letters.compose(
            scope.config,
            Wording(
                template=TemplateType.VERIFIABLE_ADDRESS_CHANGED,
                recipient=address.value,
                via=address.via,
                identity=after,
                request_url=request_url,
                language=scope.visitor.language,
                request_headers=scope.visitor.headers,
            ),
        )
        for address in told(recipients, before, after)
    ]
