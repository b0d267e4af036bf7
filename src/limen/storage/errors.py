"""What does the database refuse, in the words of the ports? Broken constraints by name, and what keeps it from being used."""

from collections.abc import Mapping
from typing import Final

import msgspec

from limen.kernel.errors import LimenError
from limen.ports.storage import ExternalIdTaken, IdentifierTaken, IdentityChanged, StorageUnavailable
from limen.storage.constraints import IDENTIFIER_ONCE, ONE_EXTERNAL_ID, RECOVERY_ADDRESS_ONCE, VERIFIABLE_ADDRESS_ONCE

MIGRATE: Final = "Migrations are pending. Run: limen migrate sql -e --yes"


class DsnRefused(StorageUnavailable):
    """The address of the database makes no sense, or names a kind of database that Limen cannot use."""


class DatabaseInUse(StorageUnavailable):
    """Another process works on the same database file."""


class SchemaOutdated(StorageUnavailable):
    """The tables are of another version than this program needs."""


class Guard(msgspec.Struct, frozen=True):
    """What it means that a write touched no row."""

    error: type[LimenError]
    reason: str

    def refusal(self) -> LimenError:
        return self.error(self.reason)


_TAKEN: Final = "Somebody else has this identifier or address already."
_VIOLATIONS: Final[Mapping[str, Guard]] = {
    IDENTIFIER_ONCE: Guard(IdentifierTaken, _TAKEN),
    VERIFIABLE_ADDRESS_ONCE: Guard(IdentifierTaken, _TAKEN),
    RECOVERY_ADDRESS_ONCE: Guard(IdentifierTaken, _TAKEN),
    ONE_EXTERNAL_ID: Guard(ExternalIdTaken, "Another identity has this external id already."),
}


def violated(constraint: str) -> LimenError:
    """The error for a broken uniqueness constraint; one that no caller can break is the database's own trouble."""
    known = _VIOLATIONS.get(constraint)
    return known.refusal() if known else StorageUnavailable("The database refused a write that it should accept.")


def orphaned() -> LimenError:
    """The error for a row whose identity is gone: it was removed between reading and writing."""
    return IdentityChanged("The identity was removed in the meantime.")
