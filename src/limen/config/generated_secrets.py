"""Which secret is used when nobody configured one?"""

import os
from pathlib import Path
from typing import Final, Protocol

from limen.kernel.entropy import Entropy

SECRET_LENGTH: Final = 43
"""Characters of a generated secret: 256 bits."""
_FILE_SUFFIX: Final = ".secret"


class FallbackSecrets(Protocol):
    """Makes secrets up. Raises OSError when one cannot be kept."""

    def for_this_run(self) -> str:
        """A secret that is forgotten when this process ends; the same each time."""
        ...

    def beside(self, database: Path) -> str:
        """The secret that belongs to an embedded database; the same in each process that uses it."""
        ...


class GeneratedSecrets:
    """Secrets from `entropy`; those of databases are kept in a file that only the owner can read."""

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy
        self._for_this_run = ""

    def for_this_run(self) -> str:
        if not self._for_this_run:
            self._for_this_run = self._entropy.alphanumeric(SECRET_LENGTH)
        return self._for_this_run

    def beside(self, database: Path) -> str:
        file = secret_file(database)
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _read(file)
        secret = self._entropy.alphanumeric(SECRET_LENGTH)
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(f"{secret}\n")
            out.flush()
            os.fsync(out.fileno())
        return secret


class NoSecrets:
    """For commands that only look at a configuration: nothing is made up and nothing is written."""

    def for_this_run(self) -> str:
        return "0" * SECRET_LENGTH

    def beside(self, database: Path) -> str:
        return self.for_this_run()


def secret_file(database: Path) -> Path:
    """The file that keeps the secret of an embedded database."""
    return database.with_name(database.name + _FILE_SUFFIX)


def _read(file: Path) -> str:
    secret = file.read_text(encoding="ascii").strip()
    if len(secret) < SECRET_LENGTH:
        raise OSError(f"{file} does not hold a whole secret; remove it to have a new one made")
    return secret
