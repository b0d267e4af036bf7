"""Which versions have the tables had? One file per change, for all dialects, in the order of their numbers.

Version  Oldest Limen that can run on it  What changed
0001     0.1.0                            The first tables.

How to add one: docs/recipes/add-a-column.md. The database keeps its version in the table `alembic_version`.
"""

from typing import Final

import msgspec


class Version(msgspec.Struct, frozen=True):
    """One version of the tables."""

    number: str
    what: str
    oldest_limen: str
    """The oldest release that can run on tables of this version."""


VERSIONS: Final = (Version("0001", "first tables", "0.1.0"),)

HEAD: Final = VERSIONS[-1].number
"""The version that this program needs."""
EMPTY: Final = ""
"""The version of a database without any table of ours."""
