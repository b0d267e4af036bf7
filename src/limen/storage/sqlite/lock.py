"""How does one process keep others off its file? By a lock that the system drops when the process ends, however it ends."""

import fcntl
import os
from pathlib import Path

from limen.ports.storage import StorageUnavailable
from limen.storage.errors import DatabaseInUse


class FileLock:
    """Held from creation until `release`. The lock lies beside the database, whatever links lead to it."""

    def __init__(self, database: Path) -> None:
        """Raises DatabaseInUse when somebody else holds it, StorageUnavailable when the folder cannot be written to."""
        real = database.resolve()
        self._path = real.with_name(f"{real.name}.lock")
        try:
            self._descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StorageUnavailable(f"The lock file {self._path} cannot be made ({error.strerror}).") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(self._descriptor, 32).decode(errors="replace").strip()
            os.close(self._descriptor)
            who = f"process {holder}" if holder else "another process"
            reason = (
                f"The database {real} is in use by {who}. SQLite files serve one process: "
                "stop the other one first, or give this one a DSN of its own."
            )
            raise DatabaseInUse(reason) from error
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Let others in. The file stays: removing it would let two processes lock two files of one name."""
        if self._descriptor >= 0:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = -1
