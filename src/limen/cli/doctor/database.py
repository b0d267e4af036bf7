"""Can the database be used, does it have its tables, and does it have room to grow?"""

import asyncio
import shutil
from typing import Final

from limen.cli.doctor.finding import Finding, Notes, Patient
from limen.ports.storage import StorageUnavailable
from limen.storage import DsnRefused, SqlStorage, open_storage
from limen.storage.dsn import SqliteTarget, parse_dsn
from limen.storage.errors import MIGRATE

PATIENCE: Final = 10.0
"""Seconds; a server that starts waits for its database for as long as it takes."""
_KEY: Final = "dsn"
_GIGABYTE: Final = 1024**3
_SCARCE, _LITTLE = _GIGABYTE // 4, 2 * _GIGABYTE


async def examined(patient: Patient) -> tuple[list[Finding], SqlStorage | None]:
    """What was found, and the open storage if it can be used; the caller closes it."""
    notes, dsn = Notes("database"), patient.config.dsn
    try:
        target = parse_dsn(dsn)
    except DsnRefused as error:
        notes.problem(error.reason, "Correct the DSN.", _KEY)
        return notes.findings, None
    if isinstance(target, SqliteTarget):
        if target.file is None:
            notes.warning(
                "The database is in memory: everything is forgotten with the process.",
                "Name a file (sqlite:///…) or a server (postgres://…).",
                _KEY,
            )
            return notes.findings, None
        folder = next(parent for parent in target.file.absolute().parents if parent.exists())
        _space(notes, shutil.disk_usage(folder).free)
        if not target.file.exists():
            notes.warning(f"{target.file} does not exist yet.", "`limen serve` makes it.", _KEY)
            return notes.findings, None
    return notes.findings, await _opened(notes, dsn, asked=not isinstance(target, SqliteTarget))


async def _opened(notes: Notes, dsn: str, *, asked: bool) -> SqlStorage | None:
    """The storage, if it can be used; `asked` says whether a server keeps it."""
    try:
        async with asyncio.timeout(PATIENCE):
            storage = await open_storage(dsn, migrate=False, alone=False)
    except (TimeoutError, StorageUnavailable) as error:
        reason = error.reason if isinstance(error, StorageUnavailable) else "The database does not answer."
        notes.problem(reason, "Start the database, or correct the DSN.", _KEY)
        return None
    if reason := await storage.ready():
        await storage.close()
        notes.problem(reason, "" if reason == MIGRATE else "Start the database, or correct the DSN.", _KEY)
        return None
    notes.ok("The database answers, and its tables are those of this release.")
    if asked:
        notes.ok("How much room its disk has, only its server can tell.")
    return storage


def _space(notes: Notes, free: int) -> None:
    if free < _SCARCE:
        notes.problem(f"Only {free // 1024**2} MB are free on the disk of the database.", "Make room on it.", _KEY)
    elif free < _LITTLE:
        notes.warning(f"{free // 1024**2} MB are free on the disk of the database.", "Make room on it soon.", _KEY)
