"""Is the arithmetic of the limits right, and are addresses put together as they belong together?"""

from datetime import UTC, datetime, timedelta

import pytest

from limen.app.limits.place import place_of
from limen.app.limits.pressure import MOST_PLACES, Pressure
from limen.app.limits.windows import FORGOTTEN_AFTER, LONGEST_WAIT, Window, pause, seconds

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
MINUTE = Window(name="x", most=10, span=timedelta(minutes=1))


def at(second: float) -> datetime:
    return NOON + timedelta(seconds=second)


def test_what_was_counted_before_counts_less_the_longer_ago_it_is() -> None:
    assert MINUTE.room(0, 3, at(30)) == 7
    assert MINUTE.room(10, 0, at(0)) == 0
    assert MINUTE.room(10, 0, at(30)) == 5
    assert MINUTE.room(10, 5, at(30)) == 0


@pytest.mark.parametrize(
    ("before", "current", "second"), [(10, 5, 30), (10, 2, 5), (0, 10, 20), (4, 25, 59), (30, 9, 1)]
)
def test_whoever_waits_as_long_as_told_may_go_on_and_not_much_sooner(before: int, current: int, second: float) -> None:
    now = at(second)
    wait = MINUTE.wait(before, current, now)

    def room(then: datetime) -> float:
        moved = MINUTE.place(then) - MINUTE.place(now)
        found = {0: (before, current), 1: (current, 0)}.get(moved, (0, 0))
        return MINUTE.room(*found, then)

    assert room(now) <= 0
    assert room(now + wait) > 0
    assert room(now + wait - timedelta(milliseconds=10)) <= 0


def test_waits_double_until_half_an_hour_and_are_shorter_than_the_memory() -> None:
    assert [pause(wrong, 10) // timedelta(minutes=1) for wrong in (0, 9, 10, 11, 12, 13, 14, 15, 10**9)] == [
        *(0, 0, 1, 2, 4, 8, 16),
        *(30, 30),
    ]
    assert LONGEST_WAIT < FORGOTTEN_AFTER


def test_retry_after_is_never_too_short() -> None:
    assert [seconds(timedelta(seconds=wait)) for wait in (0, 0.2, 1, 1.001, 60)] == [1, 1, 1, 2, 60]


@pytest.mark.parametrize(
    ("ip", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix", ""),
    ],
)
def test_an_ipv6_network_is_one_place(ip: str, place: str) -> None:
    assert place_of(ip) == place


def test_floods_are_counted_for_each_place_and_memory_is_bounded() -> None:
    pressure = Pressure()
    assert [pressure.flood(MINUTE, "a", NOON) for _ in range(10)] == [None] * 10
    assert pressure.flood(MINUTE, "a", NOON) is not None
    assert pressure.flood(MINUTE, "b", NOON) is None
    for place in range(MOST_PLACES + 10):
        pressure.flood(MINUTE, str(place), NOON)
    assert pressure.places() == MOST_PLACES
    assert pressure.flood(MINUTE, "a", NOON) is None, "it was quiet for longest"


def test_a_flood_that_pauses_for_two_windows_starts_at_nothing() -> None:
    pressure = Pressure()
    for _ in range(10):
        pressure.flood(MINUTE, "a", NOON)
    assert pressure.flood(MINUTE, "a", at(60)) is not None
    assert pressure.flood(MINUTE, "a", at(66)) is None
    assert [pressure.flood(MINUTE, "a", at(200)) for _ in range(10)] == [None] * 10


def test_what_is_under_way_is_forgotten_when_it_ends() -> None:
    pressure = Pressure()
    for key in "aba":
        pressure.begin(key)
    assert (pressure.under_way("a"), pressure.under_way("b"), pressure.under_way("c")) == (2, 1, 0)
    for key in "aab":
        pressure.end(key)
    assert [pressure.under_way(key) for key in "abc"] == [0, 0, 0]
