"""How often may somebody guess? Judged before a guess is looked at, counted when it was wrong: a right one writes nothing.

What is counted, and when the next guess may come (docs/security.md says it for operators):

- by the sign-in name, whoever has it or nobody: after so many wrong guesses of strangers each next one waits longer;
- by the device, for a person who signed in on it before: the same waits, but strangers do not count there;
- by the place that the guesses come from, in a minute and in an hour.

Guesses for one name that are being looked at count as wrong ones meanwhile. Each process knows its own only: with
several, at one instant each may look at as many as were left. Those of one place do not: many people may sit there, and
the hash pool bounds how many are looked at.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

import msgspec

from limen.app.limits import devices
from limen.app.limits.place import place_of
from limen.app.limits.refusing import refuse
from limen.app.limits.windows import FORGOTTEN_AFTER, Window, pause
from limen.app.scope import Scope
from limen.domain.ids import IdentityId
from limen.ports.limits import Note, Tally

PERSON: Final = "guesses_for_one"
DEVICE: Final = "guesses_on_known_device"
MINUTE: Final = "guesses_per_minute"
HOUR: Final = "guesses_per_hour"
_A_MOMENT: Final = timedelta(seconds=1)
"""Until those that are under way are over."""


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """A guess that is about to be looked at."""

    scope: Scope
    notes: tuple[Note, ...] = ()

    async def wrong(self) -> None:
        """Count it, in one write."""
        if self.notes:
            await self.scope.services.storage.limits.note(self.notes, self.scope.services.clock.now())


@asynccontextmanager
async def password_guess(scope: Scope, name: str, person: IdentityId | None) -> AsyncGenerator[Guess, None]:
    """A password for a sign-in name, which may be nobody's. Raises TooManyAttempts before it is looked at."""
    device = devices.known(scope, person) if person is not None else ""
    if device:
        async with _guess(scope, DEVICE, f"{device} {person}", ()) as guess:
            yield guess
    else:
        async with _guess(scope, PERSON, name, _windows(scope)) as guess:
            yield guess


@asynccontextmanager
async def code_guess(scope: Scope) -> AsyncGenerator[Guess, None]:
    """A code; its form and its address have limits of their own (CODE-03). Raises TooManyAttempts."""
    async with _guess(scope, "", "", _windows(scope)) as guess:
        yield guess


@asynccontextmanager
async def _guess(scope: Scope, name: str, whom: str, windows: Sequence[Window]) -> AsyncGenerator[Guess, None]:
    if not scope.config.security.rate_limits.enabled:
        yield Guess(scope=scope)
        return
    pressure, now = scope.services.pressure, scope.services.clock.now()
    place = place_of(scope.visitor.ip)
    windows = windows if place else ()
    waits = f"{name}\n{whom}" if name else ""
    pairs = [(_key(each, place, now), _key(each, place, now - each.span)) for each in windows]
    keys = [*([waits] if waits else ()), *(key for pair in pairs for key in pair)]
    # Those under way are known before the counters are read: a guess that ends meanwhile counts once too often, never not at
    # all.
    pending = pressure.under_way(waits)
    pressure.begin(waits)
    try:
        stands = dict(zip(keys, await scope.services.storage.limits.tallies(keys, now), strict=True))
        if waits:
            _judge_wait(scope, name, stands[waits], pending, now)
        for window, (current, before) in zip(windows, pairs, strict=True):
            _judge_window(scope, window, (stands[before].count, stands[current].count), now)
        notes = [Note(current, window.until(now)) for window, (current, _) in zip(windows, pairs, strict=True)]
        if waits:
            notes.append(Note(waits, now + FORGOTTEN_AFTER))
        yield Guess(scope=scope, notes=tuple(notes))
    finally:
        pressure.end(waits)


def _judge_wait(scope: Scope, name: str, stands: Tally, pending: int, now: datetime) -> None:
    free = scope.config.security.rate_limits.guesses_before_waiting
    if stands.until is not None:
        left = stands.until - FORGOTTEN_AFTER + pause(stands.count, free) - now
        if left > timedelta():
            refuse(scope, name, left)
    if pending and stands.count + pending >= free:
        refuse(scope, name, _A_MOMENT)


def _judge_window(scope: Scope, window: Window, counts: tuple[int, int], now: datetime) -> None:
    if window.room(*counts, now) <= 0:
        refuse(scope, window.name, window.wait(*counts, now))


def _windows(scope: Scope) -> tuple[Window, ...]:
    limits = scope.config.security.rate_limits
    return (
        Window(name=MINUTE, most=limits.guesses_per_minute, span=timedelta(minutes=1)),
        Window(name=HOUR, most=limits.guesses_per_hour, span=timedelta(hours=1)),
    )


def _key(window: Window, place: str, at: datetime) -> str:
    return f"{window.name}\n{window.place(at)}\n{place}"
