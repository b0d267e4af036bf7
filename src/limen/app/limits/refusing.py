"""What happens to one too many? It is counted for the operator, told, and refused."""

from datetime import timedelta
from typing import Never

from limen.app.errors import TooManyAttempts
from limen.app.limits.windows import seconds
from limen.app.scope import Scope


def refuse(scope: Scope, limit: str, wait: timedelta) -> Never:
    """Raises TooManyAttempts. `limit` is the name of the limit that was reached."""
    services = scope.services
    services.meter.limited(limit)
    services.pressure.say(services.log, limit, services.clock.now())
    raise TooManyAttempts(seconds(wait))
