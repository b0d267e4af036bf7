"""Who writes to the file? One thread: it takes whatever units of work wait, commits them together, then tells their owners."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Sequence
from time import perf_counter
from typing import Final

import msgspec

from limen.kernel.errors import LimenError
from limen.ports.storage import StorageUnavailable
from limen.storage.sqlite.commits import Commits
from limen.storage.sqlite.failures import told
from limen.storage.sqlite.group import Outcome, apply
from limen.storage.statements import Write

MOST_WAITING: Final = 4096
MOST_AT_ONCE: Final = 128


class _Job(msgspec.Struct, frozen=True):
    writes: Sequence[Write]
    done: asyncio.Future[tuple[int, ...]]


class WriterThread:
    """Owns the one connection that writes. Everything but the thread's own loop runs on the event loop."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.commits = Commits()
        self._loop = asyncio.get_running_loop()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closing = False
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(target=self._work, name="limen-writer", daemon=True)
        self._thread.start()

    async def run(self, writes: Sequence[Write]) -> tuple[int, ...]:
        """Apply the writes, all or none. Raises StorageUnavailable when closing or when too many wait already.

        Whoever stops waiting does not stop the writes: they were accepted and are applied.
        """
        if self._closing:
            raise StorageUnavailable("The database is shutting down.")
        if self._jobs.qsize() >= MOST_WAITING:
            raise StorageUnavailable("Too many changes are waiting for the database. Try again in a moment.")
        done: asyncio.Future[tuple[int, ...]] = self._loop.create_future()
        self._jobs.put(_Job(writes, done))
        return await done

    @property
    def alive(self) -> bool:
        return self._thread.is_alive() and not self._closing

    @property
    def waiting(self) -> int:
        """How many units of work wait."""
        return self._jobs.qsize()

    async def close(self) -> None:
        """Apply what waits, then end the thread and close its connection."""
        if not self._closing:
            self._closing = True
            self._jobs.put(None)
        await asyncio.shield(self._ended)
        self._thread.join()

    def _work(self) -> None:
        going = True
        while going:
            jobs: list[_Job] = []
            job = self._jobs.get()
            while job is not None:
                jobs.append(job)
                if len(jobs) == MOST_AT_ONCE:
                    break
                try:
                    job = self._jobs.get_nowait()
                except queue.Empty:
                    break
            going = job is not None
            if jobs:
                began = perf_counter()
                outcomes = self._apply(jobs)
                self.commits.note(len(jobs), perf_counter() - began)
                self._tell(jobs, outcomes)
        self._connection.close()
        self._call(self._ended)

    def _apply(self, jobs: Sequence[_Job]) -> list[Outcome]:
        try:
            return apply(self._connection, [job.writes for job in jobs])
        except Exception as error:  # noqa: BLE001 (whatever happens, the thread lives on and everybody gets an answer)
            if self._connection.in_transaction:
                self._connection.rollback()
            return [told(error) for _ in jobs]

    def _tell(self, jobs: Sequence[_Job], outcomes: Sequence[Outcome]) -> None:
        try:
            self._loop.call_soon_threadsafe(_deliver, jobs, outcomes)
        except RuntimeError:
            return  # the loop is gone, and with it everybody who could have waited

    def _call(self, ended: asyncio.Future[None]) -> None:
        try:
            self._loop.call_soon_threadsafe(ended.set_result, None)
        except RuntimeError:
            return


def _deliver(jobs: Sequence[_Job], outcomes: Sequence[Outcome]) -> None:
    for job, outcome in zip(jobs, outcomes, strict=True):
        if job.done.done():
            continue
        if isinstance(outcome, LimenError):
            job.done.set_exception(outcome)
        else:
            job.done.set_result(outcome)
