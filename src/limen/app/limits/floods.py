"""How many rows may strangers make by merely asking? So many for each place, that memory and disk stay bounded."""

from datetime import datetime, timedelta
from typing import Final

from limen.app.limits.place import place_of
from limen.app.limits.refusing import refuse
from limen.app.limits.windows import Window
from limen.app.scope import Scope
from limen.ports.limits import Limit

FLOWS: Final = "flows"
ERROR_PAGES: Final = "error_pages"
SIGN_UPS: Final = "sign_ups"
MESSAGES: Final = "messages"
LIMITED: Final = "rate_limited"
"""The id of the error page that says so; it is stored nowhere."""
_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_EPOCH_SECONDS: Final = int(_HOUR.total_seconds())


def count_flow(scope: Scope) -> None:
    """One more flow from this place. Counted in memory by each process alone. Raises TooManyAttempts."""
    wait = _flooded(scope, FLOWS)
    if wait is not None:
        refuse(scope, FLOWS, wait)


def count_error_page(scope: Scope) -> bool:
    """Whether one more error may be kept for this place."""
    wait = _flooded(scope, ERROR_PAGES)
    if wait is None:
        return True
    scope.services.meter.limited(ERROR_PAGES)
    return False


async def count_sign_up(scope: Scope) -> None:
    """One more sign-up from this place, whether or not the account exists already. Raises TooManyAttempts."""
    await _take(scope, SIGN_UPS, scope.config.security.rate_limits.sign_ups_per_hour)


async def count_message(scope: Scope) -> None:
    """One more code or link that this place asks for, whoever it is for. Raises TooManyAttempts."""
    await _take(scope, MESSAGES, scope.config.security.rate_limits.messages_per_hour)


def _flooded(scope: Scope, name: str) -> timedelta | None:
    limits, place = scope.config.security.rate_limits, place_of(scope.visitor.ip)
    if not limits.enabled or not place:
        return None
    window = Window(name=name, most=limits.flows_per_minute, span=_MINUTE)
    return scope.services.pressure.flood(window, place, scope.services.clock.now())


async def _take(scope: Scope, name: str, most: int) -> None:
    place, now = place_of(scope.visitor.ip), scope.services.clock.now()
    if not scope.config.security.rate_limits.enabled or not place:
        return
    if not await scope.services.storage.limits.take((Limit(name=name, key=place, most=most, window=_HOUR),), now):
        refuse(scope, name, _rest_of_the_hour(now))


def _rest_of_the_hour(now: datetime) -> timedelta:
    return timedelta(seconds=_EPOCH_SECONDS - now.timestamp() % _EPOCH_SECONDS)
