"""Where do the measured servers keep their data? In a file of their own, or in a database of a throwaway PostgreSQL."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
DURABLE = ("max_connections = 200", "shared_buffers = 256MB", "log_min_messages = fatal")
"""What was acknowledged is on the disk, as on SQLite."""


class Place(Protocol):
    """Somewhere for databases."""

    def dsn(self, folder: Path) -> str:
        """The address of a new, empty database; `folder` belongs to the server that will use it."""
        ...

    def cpu(self) -> float:
        """Seconds of processor time that the database's own processes have used."""
        ...


class Files:
    """SQLite: the database's work is the server's."""

    def dsn(self, folder: Path) -> str:
        return f"sqlite://{folder}/db.sqlite?_fk=true&mode=rwc"

    def cpu(self) -> float:
        return 0.0


@contextmanager
def place(name: str) -> Iterator[Place]:
    """`postgres` starts a cluster, which ends with this; anything else means files."""
    if name != "postgres":
        yield Files()
        return
    sys.path[:0] = [str(ROOT / "tests")]
    from server.cluster import Cluster  # noqa: PLC0415 (the tests' own, and needed only here)

    class Postgres:
        def dsn(self, folder: Path) -> str:
            del folder
            return cluster.dsn(cluster.database(), socket=False, sslmode="disable")

        def cpu(self) -> float:
            leader = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
            children = Path(f"/proc/{leader}/task/{leader}/children").read_text().split()
            return used(leader, ended=True) + sum(used(int(child)) for child in children)

    with Cluster(DURABLE) as cluster:
        yield Postgres()


def used(process: int, *, ended: bool = False) -> float:
    """Seconds of a process, with `ended` those of its ended children too; nothing of one that has ended meanwhile."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except FileNotFoundError:
        return 0.0
    return sum(int(fields[at]) for at in ((11, 12, 13, 14) if ended else (11, 12))) / TICKS
