"""How are one-time secrets kept? As HMACs; a spent one stays until it expires, so that it can be told from a wrong one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from limen.domain.identity.addresses import Via
from limen.domain.ids import FlowId, IdentityId
from limen.ports.one_time_secrets import OneTimeSecret, SecretPurpose, SecretSpent, WrongGuess
from limen.storage.database import Database, query
from limen.storage.errors import Guard
from limen.storage.rows import Count, instant
from limen.storage.statements import Values, Write


class SecretRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of `one_time_secrets`, in the order of the columns."""

    id: str
    purpose: SecretPurpose
    flow_id: FlowId | None
    identity_id: IdentityId | None
    address: str
    via: Via
    hmac: bytes
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None
    admin: bool


def secret_values(secret: OneTimeSecret) -> Values:
    return {
        "id": secret.id,
        "purpose": secret.purpose.value,
        "flow_id": secret.flow_id,
        "identity_id": secret.identity_id,
        "address": secret.address,
        "via": secret.via.value,
        "hmac": secret.hmac,
        "issued_at": instant(secret.issued_at),
        "expires_at": instant(secret.expires_at),
        "used_at": None if secret.used_at is None else instant(secret.used_at),
        "admin": secret.admin,
    }


def secret_of(row: SecretRow) -> OneTimeSecret:
    return OneTimeSecret(
        id=row.id,
        purpose=row.purpose,
        flow_id=row.flow_id,
        identity_id=row.identity_id,
        address=row.address,
        via=row.via,
        hmac=row.hmac,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        admin=row.admin,
    )


_SPENT: Final = Guard(SecretSpent, "This code or link was used already.")


class SqlSecretReads:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._of_flow = query(database, "secrets.OF_FLOW", SecretRow)
        self._by_hmac = query(database, "secrets.BY_HMAC", SecretRow)
        self._wrong_since = query(database, "secrets.WRONG_SINCE", Count)

    async def of_flow(self, purpose: SecretPurpose, flow_id: FlowId) -> Sequence[OneTimeSecret]:
        values = self._of_flow.compiled.bind({"flow_id": flow_id, "purpose": purpose.value})
        return [secret_of(row) for row in await self._database.all(self._of_flow, values)]

    async def by_hmac(self, purpose: SecretPurpose, hmac: bytes) -> OneTimeSecret | None:
        values = self._by_hmac.compiled.bind({"hmac": hmac, "purpose": purpose.value})
        row = await self._database.one(self._by_hmac, values)
        return None if row is None else secret_of(row)

    async def wrong_since(self, address: str, since: datetime) -> int:
        values = self._wrong_since.compiled.bind({"address": address, "since": instant(since)})
        row = await self._database.one(self._wrong_since, values)
        return 0 if row is None else row.number


class SecretChanges:
    """The writes that change one-time secrets, compiled."""

    def __init__(self, database: Database) -> None:
        self._add = database.compile("secrets.ADD")
        self._spend = database.compile("secrets.SPEND")
        self._remove_of_flow = database.compile("secrets.REMOVE_OF_FLOW")
        self._remove_unused = database.compile("secrets.REMOVE_UNUSED")
        self._note_wrong = database.compile("secrets.NOTE_WRONG")

    def add(self, secret: OneTimeSecret) -> Write:
        return self._add.write(secret_values(secret))

    def spend(self, id: str, at: datetime) -> Write:
        return self._spend.write({"secret_id": id, "at": instant(at)}, _SPENT)

    def remove_of_flow(self, purpose: SecretPurpose, flow_id: FlowId) -> Write:
        return self._remove_of_flow.write({"flow_id": flow_id, "purpose": purpose.value})

    def remove_unused(self, identity_id: IdentityId) -> Write:
        """Spent ones stay, so that they can be told from wrong ones."""
        return self._remove_unused.write({"owner": identity_id})

    def note_wrong(self, guess: WrongGuess) -> Write:
        return self._note_wrong.write(
            {
                "id": guess.id,
                "address": guess.address,
                "guessed_at": instant(guess.at),
                "expires_at": instant(guess.expires_at),
            }
        )


class SqlSecretWrites:
    """Adds to one unit of work."""

    def __init__(self, changes: SecretChanges, writes: list[Write]) -> None:
        self._changes = changes
        self._writes = writes

    def add(self, secret: OneTimeSecret) -> None:
        self._writes.append(self._changes.add(secret))

    def spend(self, id: str, at: datetime) -> None:
        self._writes.append(self._changes.spend(id, at))

    def remove_of_flow(self, purpose: SecretPurpose, flow_id: FlowId) -> None:
        self._writes.append(self._changes.remove_of_flow(purpose, flow_id))

    def remove_unused(self, identity_id: IdentityId) -> None:
        self._writes.append(self._changes.remove_unused(identity_id))

    def note_wrong(self, guess: WrongGuess) -> None:
        self._writes.append(self._changes.note_wrong(guess))
