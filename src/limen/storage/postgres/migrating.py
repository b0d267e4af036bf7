"""How does a command that runs no event loop ask a server for its version, or migrate it? On a loop of its own, in a thread."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from limen.storage.postgres.address import PostgresTarget
from limen.storage.postgres.schema import lead, on_a_line, version_of

T = TypeVar("T")


def version(target: PostgresTarget) -> str:
    """The version of the tables, as it is stored. Raises DsnRefused, StorageUnavailable."""
    return _waited(lambda: on_a_line(target, version_of))


def migrate(target: PostgresTarget, wanted: Callable[[str], str]) -> tuple[str, str]:
    """Lead the tables from the version that is found to the one `wanted` names for it; both of them.

    Raises DsnRefused, SchemaOutdated, StorageUnavailable.
    """
    return _waited(lambda: on_a_line(target, lambda line: lead(line, wanted)))


def _waited(work: Callable[[], Coroutine[None, None, T]]) -> T:
    # In a thread, because whoever calls may itself be called from a running loop.
    with ThreadPoolExecutor(1, thread_name_prefix="limen-migrate") as thread:
        return thread.submit(lambda: asyncio.run(work())).result()
