"""Does a call search the path for a package that is not installed? It cost more than everything else about a call."""

from __future__ import annotations

import subprocess
import sys

PROBE = """
import asyncio, sys
from limen.adapters.http_egress import _prepared
_prepared()
import httpcore._backends.auto as backends, httpcore._synchronization as locks
searched = []
class Noting:
    def find_spec(self, name, path=None, target=None):
        searched.append(name)
sys.meta_path.insert(0, Noting())
async def ask():
    return locks.current_async_library(), backends.current_async_library()
print(asyncio.run(ask()), searched)
"""


def test_which_library_runs_the_loop_is_not_searched_for_in_each_call() -> None:
    """In a process of its own: httpx loads what it calls with as late as it can."""
    told = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "('asyncio', 'asyncio') []"
