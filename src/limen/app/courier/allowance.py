"""How many messages may go to one mailbox because somebody asked? So many that nobody can flood it (security.md 5.2)."""

from datetime import timedelta
from typing import Final

from limen.app.scope import Scope
from limen.domain.identity.addresses import Via
from limen.domain.ids import IdentityId
from limen.ports.limits import Limit

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
ADDRESS_HOUR: Final = 5
ADDRESS_DAY: Final = 20
PERSON_HOUR: Final = 10
"""For all addresses of one person together."""
PERSON_DAY: Final = 40


async def may_send_to_address(scope: Scope, via: Via, address: str) -> bool:
    """Whether one more code or link may go to the address, whoever has it; it is counted either way."""
    mailbox = f"{via.value} {address}"
    return await _taken(
        scope,
        via,
        Limit(name="letters/address/hour", key=mailbox, most=ADDRESS_HOUR, window=_HOUR),
        Limit(name="letters/address/day", key=mailbox, most=ADDRESS_DAY, window=_DAY),
    )


async def may_send_to_person(scope: Scope, person: IdentityId | None, via: Via, address: str) -> bool:
    """Whether one more may go to any address of that person; it is counted either way.

    For an address that nobody has, as much is counted and written, so that time tells nothing (SEC-08).
    """
    whose = person or f"{via.value} {address}"
    return await _taken(
        scope,
        via,
        Limit(name="letters/person/hour", key=whose, most=PERSON_HOUR, window=_HOUR),
        Limit(name="letters/person/day", key=whose, most=PERSON_DAY, window=_DAY),
    )


async def _taken(scope: Scope, via: Via, *limits: Limit) -> bool:
    if not scope.config.security.rate_limits.enabled:
        return True
    allowed = await scope.services.storage.limits.take(limits, scope.services.clock.now())
    if not allowed:
        scope.services.log.warning("a message was not written: too many to one address or person", via=via.value)
    return allowed
