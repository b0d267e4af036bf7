"""Which versions have the tables had? One file per change, for all dialects, in the order of their numbers.

Version  Oldest Limen that can run on it  What changed
0001     0.1.0                            The first tables.
0002     0.1.0                            Messages to people and the attempts to deliver them.
0003     0.1.0                            One-time codes and links, and wrong guesses.
0004     0.1.0                            Changes that wait for a renewed sign-in.
0005     0.1.0                            Counters of what is limited.
0006     0.1.0                            Which hooks ran.
0007     0.1.0                            Calls of web hooks that nobody waits for.
0008     0.1.0                            Messages that were asked for and are not made yet.
0009     0.1.0                            Keys of the admin interface, and what operators changed.
0010     0.1.0                            Who vouches for an identity.

How to add one: docs/recipes/add-a-column.md. The database keeps its version in the table `alembic_version`.
"""

from typing import Final

import msgspec

from limen.storage.errors import SchemaOutdated


class Version(msgspec.Struct, frozen=True):
    """One version of the tables."""

    number: str
    what: str
    oldest_limen: str
    """The oldest release that can run on tables of this version."""


VERSIONS: Final = (
    Version("0001", "first tables", "0.1.0"),
    Version("0002", "letters", "0.1.0"),
    Version("0003", "one-time secrets", "0.1.0"),
    Version("0004", "parked submissions", "0.1.0"),
    Version("0005", "limits", "0.1.0"),
    Version("0006", "hook runs", "0.1.0"),
    Version("0007", "deliveries", "0.1.0"),
    Version("0008", "asked", "0.1.0"),
    Version("0009", "admin keys and audit", "0.1.0"),
    Version("0010", "vouched identities", "0.1.0"),
)

HEAD: Final = VERSIONS[-1].number
"""The version that this program needs."""
EMPTY: Final = ""
"""The version of a database without any table of ours."""


def require_known(version: str) -> None:
    """Raises SchemaOutdated for tables that only a newer program knows."""
    if version not in (EMPTY, *(known.number for known in VERSIONS)):
        raise SchemaOutdated(
            f"The tables are of version {version}, which this Limen does not know: a newer one made them. "
            "Start that one, or restore a copy of the database from before."
        )
