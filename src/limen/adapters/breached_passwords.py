"""How often was a password seen in breaches? A range service is asked, which learns five characters of a hash (PWD-12, PWD-13)."""

import asyncio
import hashlib
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

import msgspec

from limen.config.model import Config
from limen.kernel.clock import Clock
from limen.kernel.egress import Egress, EgressFailed, HttpCall
from limen.ports.log import Log
from limen.ports.passwords import BreachCheckFailed

_PREFIX: Final = 5
_OK: Final = 200
_TIMEOUT_SECONDS: Final = 1.0
_KEPT_FOR: Final = timedelta(hours=1)
_MOST_KEPT: Final = 128
"""Answers are some 40 KB each."""
_MOST_BYTES: Final = 500_000


class _Range(msgspec.Struct, frozen=True):
    lines: bytes
    until: datetime


class _Away(msgspec.Struct, frozen=True):
    reason: str


_Key = tuple[str, str]


class RangeBreaches:
    """Breaches by the k-anonymity protocol of the Pwned Passwords API: `https://<host>/range/<prefix>`.

    An answer serves its prefix for an hour, and questions for one prefix at the same time are asked once.
    The host is the operator's choice, so that it may be in a private network.
    """

    def __init__(self, egress: Egress, clock: Clock, log: Log) -> None:
        self._egress = egress
        self._clock = clock
        self._log = log
        self._kept: OrderedDict[_Key, _Range] = OrderedDict()
        self._asked: dict[_Key, asyncio.Task[_Range | _Away]] = {}

    async def count(self, password: str, config: Config) -> int:
        """How often; zero when unknown, or when the service is away and `ignore_network_errors` is set.

        Raises BreachCheckFailed when it is away and may not be ignored.
        """
        policy = config.selfservice.methods.password.config
        if not policy.haveibeenpwned_enabled:
            return 0
        digest = hashlib.sha1(password.encode(errors="surrogatepass"), usedforsecurity=False).hexdigest().upper()
        key = (policy.haveibeenpwned_host, digest[:_PREFIX])
        found = self._fresh(key) or await self._answered(key)
        times = _times(found.lines, digest[_PREFIX:].encode()) if isinstance(found, _Range) else None
        if times is not None:
            return times
        reason = found.reason if isinstance(found, _Away) else "Its answer cannot be read."
        self._log.warning("The breach service is of no help.", host=policy.haveibeenpwned_host, reason=reason)
        if policy.ignore_network_errors:
            return 0
        raise BreachCheckFailed("It cannot be checked now whether the password is known from a breach.")

    def _fresh(self, key: _Key) -> _Range | None:
        known = self._kept.get(key)
        if known is None or known.until <= self._clock.now():
            return None
        self._kept.move_to_end(key)
        return known

    async def _answered(self, key: _Key) -> _Range | _Away:
        task = self._asked.get(key)
        if task is None:
            task = self._asked[key] = asyncio.get_running_loop().create_task(self._ask(key))
            task.add_done_callback(lambda _: self._asked.pop(key, None))
        # Whoever asked first may go away; the others still want to know.
        return await asyncio.shield(task)

    async def _ask(self, key: _Key) -> _Range | _Away:
        host, prefix = key
        call = HttpCall(
            method="GET",
            url=f"https://{host}/range/{prefix}",
            headers=(("Add-Padding", "true"),),
            timeout=_TIMEOUT_SECONDS,
            max_answer_bytes=_MOST_BYTES,
        )
        try:
            answer = await self._egress.send(call)
        except EgressFailed as error:
            return _Away(error.reason)
        if answer.status != _OK:
            return _Away(f"The server answered {answer.status}.")
        found = self._kept[key] = _Range(answer.body, self._clock.now() + _KEPT_FOR)
        self._kept.move_to_end(key)
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return found


def _times(lines: bytes, suffix: bytes) -> int | None:
    for line in lines.splitlines():
        found, _, count = line.partition(b":")
        if found.strip().upper() == suffix:
            # Some services leave the count out, some group its digits.
            digits = count.strip().replace(b",", b"") or b"1"
            return int(digits) if digits.isdigit() and len(digits) < 16 else None  # noqa: PLR2004
    return 0
