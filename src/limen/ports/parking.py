"""How is kept what waits for somebody to prove more? Parts of a database and of a unit of work, as in storage.py."""

from datetime import datetime
from typing import Protocol

import msgspec

from limen.domain.ids import IdentityId
from limen.kernel.json_doc import JsonDoc


class Parked(msgspec.Struct, frozen=True, kw_only=True):
    """A submission that waits until its person has signed in again (SET-06)."""

    id: str
    name: str
    identity_id: IdentityId
    payload: JsonDoc
    expires_at: datetime


class ParkedReads(Protocol):
    async def get(self, id: str) -> Parked | None: ...


class ParkedWrites(Protocol):
    def add(self, parked: Parked) -> None: ...

    def remove(self, id: str) -> None: ...
