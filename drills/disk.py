"""What becomes of a server on a file when the disk is full, and when there is room again?

No disk is filled: a limit on the size of files is put on the running server, which is refused writes just the same.
"""

from __future__ import annotations

import resource
from pathlib import Path

from drills.houses import on_file
from drills.load import Load, nothing_lost, until
from server.person import Person

ROOM = 64 * 1024


def full(folder: Path) -> str:
    with on_file(folder) as server, Load(lambda: server.public) as load:
        load.more(30)
        assert server.process is not None
        number = server.process.pid
        largest = max(file.stat().st_size for file in folder.glob("limen.sqlite*"))
        resource.prlimit(number, resource.RLIMIT_FSIZE, (largest + ROOM, resource.RLIM_INFINITY))
        load.wait(lambda: load.later >= 20)
        email, token = load.acknowledged[0]
        with Person(server.public) as person:
            person.token = token
            assert person.whoami().status_code == 200, f"{email} cannot even be recognised while the disk is full"
        resource.prlimit(number, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        before = len(load.answered)
        back = until(lambda: len(load.answered) > before + 10, 30, load.told)
        load.more(30)
        load.stop()
        return f"{nothing_lost(server, load)}; {load.later} told to come back; heals by itself in {back:.1f} s"
