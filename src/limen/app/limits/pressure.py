"""What does one process remember of who asks how often? Floods, and the guesses that are being looked at right now."""

from collections import Counter, OrderedDict
from datetime import datetime, timedelta
from typing import Final

from limen.app.limits.windows import Window
from limen.ports.log import Log

MOST_PLACES: Final = 20_000
"""So many places are remembered; of more, those that were quiet for longest are forgotten."""
_SAID_EVERY: Final = timedelta(minutes=1)


class Pressure:
    """Bounded memory of a running process, without any input or output; nothing in it survives the process."""

    def __init__(self) -> None:
        self._floods: OrderedDict[tuple[str, str], tuple[int, int, int]] = OrderedDict()
        self._under_way: Counter[str] = Counter()
        self._said: dict[str, datetime] = {}

    def flood(self, window: Window, place: str, now: datetime) -> timedelta | None:
        """Count one more unless there is no room for it; then how long to wait."""
        key, number = (window.name, place), window.place(now)
        at, before, current = self._floods.get(key, (number, 0, 0))
        if at != number:
            before, current = (current if at == number - 1 else 0), 0
        if window.room(before, current, now) <= 0:
            return window.wait(before, current, now)
        self._floods[key] = (number, before, current + 1)
        self._floods.move_to_end(key)
        if len(self._floods) > MOST_PLACES:
            self._floods.popitem(last=False)
        return None

    def places(self) -> int:
        """How many places are remembered at the moment."""
        return len(self._floods)

    def under_way(self, key: str) -> int:
        """How many guesses that count for this key are being looked at."""
        return self._under_way.get(key, 0)

    def begin(self, key: str) -> None:
        """A guess that counts for this key is about to be looked at."""
        self._under_way[key] += 1

    def end(self, key: str) -> None:
        """It was."""
        self._under_way[key] -= 1
        if self._under_way[key] <= 0:
            del self._under_way[key]

    def say(self, log: Log, limit: str, now: datetime) -> None:
        """Tell the operator, once a minute at most: whoever floods the server is not to flood its log."""
        last = self._said.get(limit)
        if last is None or not timedelta() <= now - last < _SAID_EVERY:
            self._said[limit] = now
            log.warning(
                "too many attempts are refused; a proxy in front has to be named in serve.public.trusted_proxies",
                limit=limit,
            )
