"""Does an operator change what they have read? A version may be named, and then has to be the present one (HTTP-109, ours)."""

from typing import Final

import msgspec

from limen.app.errors import VersionMismatch
from limen.domain.identity.identity import Identity


def version(identity: Identity) -> str:
    """The version of an identity as `ETag` and `If-Match` write it: its `updated_at` as it is shown, in quotes."""
    return msgspec.json.encode(identity.updated_at).decode()


class Expected(msgspec.Struct, frozen=True):
    """Which versions may be changed; None for whichever there is."""

    versions: frozenset[str] | None = None

    def check(self, identity: Identity) -> None:
        """Raises VersionMismatch."""
        if self.versions is not None and version(identity) not in self.versions:
            raise VersionMismatch("The identity is not the version that was named. Read it again.")


WHICHEVER: Final = Expected()
