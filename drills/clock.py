"""What happens when the machine's clock jumps? The server reads its time through a clock that a file sets forward and back.

The system's clock is left alone: that would take root, and everybody else here would jump along. What measures spans (timers,
timeouts) is not moved by a jump of the wall clock either.
"""

from __future__ import annotations

from pathlib import Path

from drills.houses import on_file
from drills.load import Load, nothing_lost
from server.machine import ROOT

JUMPS = (3600 * 2, -3600, 600, -7200, 0)
"""Seconds beside the true time, one after the other."""
GONE = 410
"""A form that was begun before a jump may have expired after it; who hears so gets a new one."""
_SITE = """
from datetime import timedelta
from pathlib import Path
from limen.adapters import system
true, offset = system.SystemClock.now, Path({offset!r})
system.SystemClock.now = lambda self: true(self) + timedelta(seconds=int(offset.read_text() or "0"))
"""


def jumps(folder: Path) -> str:
    offset, site = folder / "offset", folder / "site"
    offset.write_text("0")
    site.mkdir()
    (site / "sitecustomize.py").write_text(_SITE.format(offset=str(offset)))
    server = on_file(folder)
    server.environment["PYTHONPATH"] = f"{site}:{ROOT / 'src'}"
    with server, Load(lambda: server.public, meant=frozenset({GONE})) as load:
        load.more(30)
        for seconds in JUMPS:
            ahead = folder / "next"
            ahead.write_text(str(seconds))
            ahead.replace(offset)
            load.more(60)
        load.stop()
        return (
            f"{len(JUMPS)} jumps by up to 3 h under load: {nothing_lost(server, load)}, {load.later} forms begun anew"
        )
