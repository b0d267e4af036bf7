"""What happens to one too many? It is counted for the operator, told, and refused."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Never

from limen.app.errors import TooManyAttempts
from limen.app.limits.windows import seconds
from limen.app.scope import Scope
from limen.kernel.json_doc import JsonDoc


def refuse(scope: Scope, limit: str, wait: timedelta) -> Never:
    """Raises TooManyAttempts. `limit` is the name of the limit that was reached."""
    services = scope.services
    services.meter.limited(limit)
    services.pressure.say(services.log, limit, services.clock.now())
    raise TooManyAttempts(seconds(wait))


@contextmanager
def keeping(values: Mapping[str, JsonDoc]) -> Generator[None, None, None]:
    """Whoever is refused in here for one too many is shown what they entered again, as after every other refusal (FLOW-18)."""
    try:
        yield
    except TooManyAttempts as error:
        raise TooManyAttempts(error.retry_after, values) from error
