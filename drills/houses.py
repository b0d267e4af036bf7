"""Which servers does a drill use? One on a file, or several on a PostgreSQL of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from drills.load import quiet
from limen.kernel.json_doc import JsonObject
from limen.storage.migrate import migrate_to_head
from play_config import merged
from server.cluster import Cluster
from server.running import RunningServer

_SAFE = (
    "fsync = off",  # no drill cuts the machine's own power
    "synchronous_commit = on",
    "max_connections = 200",
    "shared_buffers = 32MB",
    "log_min_messages = fatal",
)
SECRETS: JsonObject = {
    "secrets": {"default": ["a-secret-that-all-of-them-know"], "cipher": ["thirty-two-characters-of-secret!"]}
}
QUIETLY: JsonObject = {"log": {"level": "warning"}}


def on_file(folder: Path, over: JsonObject | None = None) -> RunningServer:
    """A server with an SQLite file, not started yet."""
    return quiet(RunningServer(folder, merged(merged(SECRETS, QUIETLY), over or {})))


@contextmanager
def on_postgres(folder: Path, count: int = 1) -> Iterator[tuple[Cluster, list[RunningServer]]]:
    """A cluster and servers on one database of it, not started yet; those that run at the end are stopped."""
    with Cluster(_SAFE) as cluster:
        dsn = cluster.dsn(cluster.database())
        migrate_to_head(dsn)
        servers: list[RunningServer] = []
        for number in range(count):
            home = folder / str(number)
            home.mkdir()
            servers.append(on_file(home, {"dsn": dsn}))
        try:
            yield cluster, servers
        finally:
            for server in servers:
                server.kill()
