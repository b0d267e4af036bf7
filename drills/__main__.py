"""`python -m drills [name …]`: run every drill, or those that are named; each prints one figure and fails on loss.

Drills that need PostgreSQL are passed over where its programs are not installed. `python -m drills --list` names them all.
"""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from drills import clock, databases, disk, hooks, kills, mail, people, reload
from server.machine import postgres

Drill = Callable[[Path], str]
DRILLS: dict[str, tuple[Drill, int]] = {
    "kill-sqlite": (kills.sqlite, 60),
    "kill-postgres": (kills.postgres, 90),
    "three-processes": (kills.three_processes, 90),
    "postgres-restarted": (databases.restarted, 90),
    "postgres-paused": (databases.paused, 90),
    "disk-full": (disk.full, 60),
    "clock-jumps": (clock.jumps, 60),
    "secrets-rotated": (reload.secrets_rotated, 60),
    "sign-ins-at-once": (people.sign_ins_at_once, 180),
    "slow-loris": (people.slow_loris, 60),
    "hook-hangs": (hooks.target_hangs, 90),
    "mail-gone": (mail.target_gone, 270),
    "mail-killed": (mail.killed_while_sending, 180),
}
"""Each with the seconds after which it is given up."""
NEED_POSTGRES = frozenset({"kill-postgres", "three-processes", "postgres-restarted", "postgres-paused"})


class TooLong(KeyboardInterrupt):
    """The drill took longer than it may; an interrupt, so that no loop keeps it to itself."""


def _give_up(*_: object) -> None:
    raise TooLong("it took longer than it may")


def _end(*_: object) -> None:
    raise SystemExit(1)


def ran(name: str) -> bool:
    """Run one and print its figure; whether nothing was lost."""
    drill, most = DRILLS[name]
    print(f"{name:<20}", end="", flush=True)
    if name in NEED_POSTGRES and not postgres():
        print("passed over: PostgreSQL is not installed")
        return True
    begin = time.monotonic()
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(most)
    try:
        with tempfile.TemporaryDirectory(prefix="drill-") as folder:
            print(f"{drill(Path(folder))}   ({time.monotonic() - begin:.0f} s)", flush=True)
    except (Exception, TooLong) as error:  # noqa: BLE001 (the other drills are to be run as well)
        print(f"FAILED: {error or type(error).__name__}", flush=True)
        return False
    finally:
        signal.alarm(0)
    return True


def main() -> int:
    wanted = sys.argv[1:]
    signal.signal(signal.SIGTERM, _end)  # so that no server is left behind
    if wanted == ["--list"]:
        print("\n".join(DRILLS))
        return 0
    unknown = [name for name in wanted if name not in DRILLS]
    if unknown:
        print(f"There is no drill {', '.join(unknown)}. There are: {', '.join(DRILLS)}.")
        return 2
    went_well = [ran(name) for name in wanted or DRILLS]
    return 0 if all(went_well) else 1


if __name__ == "__main__":
    sys.exit(main())
