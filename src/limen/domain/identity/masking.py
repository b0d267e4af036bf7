"""How is an address shown to somebody who may not know it yet? Enough to recognise one's own, not enough to write to it."""

from typing import Final

_STARS: Final = "****"
_SHOWN: Final = 2
_SHORTEST_NUMBER: Final = 6


def masked(address: str) -> str:
    """`ada@house.test` as `ad****@house.test`, `+4915112345678` as `+49****78` (REC-10).

    What is too short to keep anything back is not shown at all; Kratos shows it whole.
    """
    local, at, host = address.rpartition("@")
    if at:
        return f"{local[:_SHOWN] if len(local) >= _SHOWN else ''}{_STARS}@{host}"
    return f"{address[:3]}{_STARS}{address[-2:]}" if len(address) >= _SHORTEST_NUMBER else _STARS
