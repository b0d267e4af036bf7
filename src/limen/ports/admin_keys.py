"""How are the keys of the admin interface kept?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from limen.domain.admin.key import AdminKey
from limen.kernel.errors import LimenError


class AdminKeyUnknown(LimenError):
    """No key that could be revoked has that id."""


class AdminKeyReads(Protocol):
    async def all(self) -> Sequence[AdminKey]:
        """Every key, revoked and expired ones too, oldest first; ten thousand at most. Raises StorageUnavailable."""
        ...


class AdminKeyWrites(Protocol):
    def add(self, key: AdminKey) -> None: ...

    def revoke(self, id: str, at: datetime) -> None:
        """The commit raises AdminKeyUnknown when there is no such key, or it is revoked already."""
        ...
