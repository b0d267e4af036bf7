"""What do commands know of where they run? The environment, the data folder, files named before the command."""

from collections.abc import Mapping
from pathlib import Path

import msgspec


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What `limen` hands to its commands as click's `obj`."""

    environment: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    data_folder: Path = Path()
    files: tuple[Path, ...] = ()
    """Configuration files named before the command, as old documents do (dialects.md §2.6)."""
