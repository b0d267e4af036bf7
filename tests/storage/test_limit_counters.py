"""Are limits kept exactly, whoever else counts at the same time?"""

import asyncio
from datetime import timedelta

import pytest

from doubles.clock import ManualClock
from limen.ports.limits import Limit
from limen.storage import SqlStorage

HOUR = timedelta(hours=1)


def limit(most: int, key: str = "ada@x", name: str = "letters", window: timedelta = HOUR) -> Limit:
    return Limit(name=name, key=key, most=most, window=window)


async def test_so_many_are_allowed_and_no_more_until_the_next_window(storage: SqlStorage) -> None:
    now = ManualClock().now()
    assert [await storage.limits.take((limit(2),), now) for _ in range(4)] == [True, True, False, False]
    assert await storage.limits.take((limit(2),), now + HOUR)


async def test_keys_and_names_are_counted_apart(storage: SqlStorage) -> None:
    now = ManualClock().now()
    assert await storage.limits.take((limit(1),), now)
    assert await storage.limits.take((limit(1, "bob@x"),), now)
    assert await storage.limits.take((limit(1, name="guesses"),), now)
    assert not await storage.limits.take((limit(1),), now)


async def test_every_limit_has_to_allow_it(storage: SqlStorage) -> None:
    now = ManualClock().now()
    both = (limit(5), limit(1, window=timedelta(days=1)))
    assert await storage.limits.take(both, now)
    assert not await storage.limits.take(both, now)
    assert await storage.limits.take((), now)


async def test_at_the_same_instant_no_more_than_that_get_through(storage: SqlStorage) -> None:
    now = ManualClock().now()
    allowed = await asyncio.gather(*(storage.limits.take((limit(5),), now) for _ in range(50)))
    assert sum(allowed) == 5


@pytest.mark.covers("SEC-22")
async def test_counters_name_nobody_and_go_when_their_window_is_over(storage: SqlStorage) -> None:
    now = ManualClock().now()
    await storage.limits.take((limit(1),), now)
    assert await storage.remove_expired(now, 100) == 0
    assert await storage.remove_expired(now + 2 * HOUR, 100) == 1
    assert await storage.limits.take((limit(1),), now)
