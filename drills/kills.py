"""Is everything that was acknowledged still there after kill -9 under load?"""

from __future__ import annotations

import itertools
import threading
from pathlib import Path

from drills.houses import on_file, on_postgres
from drills.load import Load, lost, nothing_lost
from server.running import RunningServer, pause

CUTS = (0.2, 0.5, 0.3, 0.7, 0.4)
"""Seconds of load before each."""


def _cut(server: RunningServer) -> str:
    everybody: list[tuple[str, str]] = []
    broken = 0
    for seconds in CUTS:
        server.start()
        with Load(lambda: server.public) as load:
            pause(seconds)
            server.kill()
            load.stop()
        load.check()
        everybody += load.acknowledged
        broken += load.broken
    with server:
        gone = lost(server.public, everybody)
    assert not gone, f"{len(gone)} of {len(everybody)} acknowledged accounts or sessions are lost: {gone[:5]}"
    assert "Traceback" not in server.log, server.tail()
    return f"{len(CUTS)} kills, {len(everybody)} sign-ups acknowledged, 0 lost"


def sqlite(folder: Path) -> str:
    return _cut(on_file(folder))


def postgres(folder: Path) -> str:
    with on_postgres(folder) as (_, (server,)):
        return _cut(server)


def three_processes(folder: Path) -> str:
    """One of three is killed and comes back; whoever gets no answer asks another one, as behind a balancer."""
    with on_postgres(folder, 3) as (_, servers):
        for server in servers:
            server.start()
        turns, lock = itertools.count(), threading.Lock()
        away: set[int] = set()

        def where() -> str:
            with lock:
                there = [server for number, server in enumerate(servers) if number not in away]
                return there[next(turns) % len(there)].public

        with Load(where, 9) as load:
            load.more(50)
            servers[0].kill()
            pause(0.3)  # a balancer takes its time to find out
            away.add(0)
            load.more(100)
            servers[0].start()
            away.clear()
            load.more(50)
        kept = nothing_lost(servers[1], load)
        return f"{kept}; {load.broken} requests without answer, longest silence {load.longest_silence:.2f} s"
