"""Does this machine know what time it is? Sessions, codes and signatures depend on it."""

from datetime import UTC, datetime, timedelta
from typing import Final

from limen.cli.doctor.finding import Finding, Notes
from limen.kernel.clock import Clock
from limen.ports.storage import Page, SessionFilter, Storage

_BORN: Final = datetime(2026, 11, 1, tzinfo=UTC)
"""No release is older."""
_LATEST: Final = timedelta(days=365 * 30)
_TOLERATED: Final = timedelta(seconds=60)


async def examined(clock: Clock, storage: Storage | None) -> list[Finding]:
    """The machine's clock, beside the newest times that the database knows. Raises StorageUnavailable."""
    notes, now = Notes("clock"), clock.now()
    if not _BORN < now < _BORN + _LATEST:
        notes.problem(f"It cannot be {now:%Y-%m-%d}.", "Set the clock, and keep it right with NTP.")
    if storage is not None:
        entries = await storage.audit.newest(1)
        sessions = await storage.sessions.page(SessionFilter(now=now), Page(limit=1))
        known = [*(each.draft.at for each in entries), *(each.session.issued_at for each in sessions)]
        if known and max(known) - now > _TOLERATED:
            notes.problem(
                f"The database knows of something that happened at {max(known):%Y-%m-%d %H:%M}, and here it is "
                f"{now:%Y-%m-%d %H:%M}.",
                "Set the clocks of all servers by NTP: one of them is wrong.",
            )
    return notes.done(f"It is {now:%Y-%m-%d %H:%M} UTC.")
