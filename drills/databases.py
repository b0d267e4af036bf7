"""What do people notice when PostgreSQL is restarted, or stands still?"""

from __future__ import annotations

from pathlib import Path

from drills.houses import on_postgres
from drills.load import Load, nothing_lost, until
from server.running import pause

STILL = 5.0
"""Seconds for which every process of the database stands still."""


def restarted(folder: Path) -> str:
    """In order, and after a crash."""
    with on_postgres(folder) as (cluster, (server,)), server, Load(lambda: server.public) as load:
        back: list[float] = []
        for mode in ("fast", "immediate"):
            load.more(30)
            cluster.stop(mode)
            pause(2)
            cluster.start()
            before = len(load.answered)
            back.append(until(lambda before=before: len(load.answered) > before + 5, 30, load.told))
        load.more(30)
        load.stop()
        kept = nothing_lost(server, load)
        return f"{kept}; {load.later} told to come back; served {max(back):.1f} s after the database was back"


def paused(folder: Path) -> str:
    with on_postgres(folder) as (cluster, (server,)), server, Load(lambda: server.public) as load:
        load.more(30)
        cluster.pause()
        try:
            pause(STILL)
        finally:
            cluster.resume()
        before = len(load.answered)
        back = until(lambda: len(load.answered) > before + 5, 30, load.told)
        load.more(30)
        load.stop()
        kept = nothing_lost(server, load)
        return f"{kept}; {load.later} told to come back, {load.broken} without answer; served {back:.1f} s after it went on"
