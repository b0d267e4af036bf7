"""How do identities change? As a whole against what was read, so that only what differs is written."""

from collections.abc import Iterable, Mapping
from typing import Final, Generic, TypeVar

from sqlalchemy import Table, bindparam, delete, insert, update

from limen.domain.identity.addresses import RecoveryAddress, VerifiableAddress
from limen.domain.identity.credentials import Credential, CredentialType
from limen.domain.identity.identity import Identity
from limen.domain.ids import IdentityId
from limen.ports.storage import IdentityChanged
from limen.storage.database import Database
from limen.storage.errors import Guard
from limen.storage.rows import credential_values, identity_values, instant, json_text
from limen.storage.statements import Write
from limen.storage.tables import (
    CREDENTIAL_IDENTIFIERS,
    CREDENTIALS,
    IDENTITIES,
    RECOVERY_ADDRESSES,
    VERIFIABLE_ADDRESSES,
)

A = TypeVar("A", VerifiableAddress, RecoveryAddress)

_MEANWHILE: Final = Guard(IdentityChanged, "The identity was changed by somebody else in the meantime. Try again.")
_SAVED: Final = tuple(name for name in IDENTITIES.c.keys() if name not in {"id", "created_at", "verifiable_addresses"})  # noqa: SIM118 (columns, not names, are iterated otherwise)
_SAME: Final = IDENTITIES.c.id == bindparam("identity")
_SAME_ADDRESSES: Final = IDENTITIES.c.verifiable_addresses == bindparam("read_addresses")
_THEIR_CREDENTIAL: Final = (
    CREDENTIALS.c.identity_id == bindparam("owner"),
    CREDENTIALS.c.type == bindparam("kind"),
)

ADD: Final = insert(IDENTITIES)
SAVE: Final = (
    update(IDENTITIES)
    .where(_SAME, IDENTITIES.c.updated_at == bindparam("read_updated_at"))
    .values({name: bindparam(name) for name in _SAVED})
)
SAVE_ADDRESSES: Final = (
    update(IDENTITIES).where(_SAME, _SAME_ADDRESSES).values(verifiable_addresses=bindparam("new_addresses"))
)
REMOVE: Final = delete(IDENTITIES).where(_SAME)
ADD_CREDENTIAL: Final = insert(CREDENTIALS)
SAVE_CREDENTIAL: Final = (
    update(CREDENTIALS)
    .where(*_THEIR_CREDENTIAL)
    .values({name: bindparam(name) for name in ("identifiers", "config", "version", "updated_at")})
)
REMOVE_CREDENTIAL: Final = delete(CREDENTIALS).where(*_THEIR_CREDENTIAL)
ADD_IDENTIFIER: Final = insert(CREDENTIAL_IDENTIFIERS)
REMOVE_IDENTIFIER: Final = delete(CREDENTIAL_IDENTIFIERS).where(
    CREDENTIAL_IDENTIFIERS.c.identifier == bindparam("which"),
    CREDENTIAL_IDENTIFIERS.c.type == bindparam("kind"),
    CREDENTIAL_IDENTIFIERS.c.identity_id == bindparam("owner"),
)


class _AddressIndex(Generic[A]):
    """Keeps the look-up table of one kind of address in step with the list of the identity."""

    def __init__(self, database: Database, table: Table) -> None:
        self._add = database.compile(insert(table))
        self._remove = database.compile(
            delete(table).where(
                table.c.value == bindparam("which"),
                table.c.via == bindparam("channel"),
                table.c.identity_id == bindparam("owner"),
            )
        )

    def changed(self, owner: IdentityId, before: Iterable[A], after: Iterable[A]) -> list[Write]:
        """Removals first, so that two addresses can swap places within one unit."""
        old = dict.fromkeys((address.value, address.via) for address in before)
        new = dict.fromkeys((address.value, address.via) for address in after)
        gone = [
            self._remove.write({"which": v, "channel": c.value, "owner": owner}) for v, c in old if (v, c) not in new
        ]
        come = [
            self._add.write({"value": v, "via": c.value, "identity_id": owner}) for v, c in new if (v, c) not in old
        ]
        return gone + come


class IdentityChanges:
    """The writes that change identities, compiled."""

    def __init__(self, database: Database) -> None:
        self._add = database.compile(ADD)
        self._save = database.compile(SAVE)
        self._save_addresses = database.compile(SAVE_ADDRESSES)
        self._remove = database.compile(REMOVE)
        self._add_credential = database.compile(ADD_CREDENTIAL)
        self._save_credential = database.compile(SAVE_CREDENTIAL)
        self._remove_credential = database.compile(REMOVE_CREDENTIAL)
        self._add_identifier = database.compile(ADD_IDENTIFIER)
        self._remove_identifier = database.compile(REMOVE_IDENTIFIER)
        self._verifiable: _AddressIndex[VerifiableAddress] = _AddressIndex(database, VERIFIABLE_ADDRESSES)
        self._recovery: _AddressIndex[RecoveryAddress] = _AddressIndex(database, RECOVERY_ADDRESSES)

    def add(self, identity: Identity) -> list[Write]:
        return [
            self._add.write(identity_values(identity)),
            *self._credentials(identity.id, {}, identity.credentials),
            *self._verifiable.changed(identity.id, (), identity.verifiable_addresses),
            *self._recovery.changed(identity.id, (), identity.recovery_addresses),
        ]

    def save(self, identity: Identity, read: Identity) -> list[Write]:
        """Verifiable addresses are written only when they differ: `mark_address` may have changed them meanwhile."""
        keys = {"identity": read.id, "read_updated_at": instant(read.updated_at)}
        writes = [self._save.write({**identity_values(identity), **keys}, _MEANWHILE)]
        if identity.verifiable_addresses != read.verifiable_addresses:
            writes.append(self._addresses(read, identity.verifiable_addresses))
        return [
            *writes,
            *self._credentials(read.id, read.credentials, identity.credentials),
            *self._verifiable.changed(read.id, read.verifiable_addresses, identity.verifiable_addresses),
            *self._recovery.changed(read.id, read.recovery_addresses, identity.recovery_addresses),
        ]

    def mark_address(self, identity: Identity, address: VerifiableAddress) -> Write:
        marked = tuple(address if known.id == address.id else known for known in identity.verifiable_addresses)
        return self._addresses(identity, marked)

    def remove(self, id: IdentityId) -> Write:
        return self._remove.write({"identity": id})

    def _addresses(self, read: Identity, addresses: tuple[VerifiableAddress, ...]) -> Write:
        values = {"read_addresses": json_text(read.verifiable_addresses), "new_addresses": json_text(addresses)}
        return self._save_addresses.write({"identity": read.id, **values}, _MEANWHILE)

    def _credentials(
        self,
        owner: IdentityId,
        before: Mapping[CredentialType, Credential],
        after: Mapping[CredentialType, Credential],
    ) -> list[Write]:
        gone: list[Write] = []
        come: list[Write] = []
        for type in dict.fromkeys((*before, *after)):
            old, new = before.get(type), after.get(type)
            if old == new:
                continue
            key = {"owner": owner, "kind": type.value}
            if new is None:
                gone.append(self._remove_credential.write(key))
            elif old is None:
                come.append(self._add_credential.write(credential_values(owner, new)))
            else:
                come.append(self._save_credential.write({**credential_values(owner, new), **key}, _MEANWHILE))
            had = dict.fromkeys(old.identifiers if old else ())
            has = dict.fromkeys(new.identifiers if new else ())
            gone.extend(self._remove_identifier.write({"which": name, **key}) for name in had if name not in has)
            row = {"type": type.value, "identity_id": owner}
            come.extend(self._add_identifier.write({"identifier": name, **row}) for name in has if name not in had)
        return gone + come


class SqlIdentityWrites:
    """Adds to one unit of work."""

    def __init__(self, changes: IdentityChanges, writes: list[Write]) -> None:
        self._changes = changes
        self._writes = writes

    def add(self, identity: Identity) -> None:
        self._writes.extend(self._changes.add(identity))

    def save(self, identity: Identity, read: Identity) -> None:
        self._writes.extend(self._changes.save(identity, read))

    def mark_address(self, identity: Identity, address: VerifiableAddress) -> None:
        self._writes.append(self._changes.mark_address(identity, address))

    def remove(self, id: IdentityId) -> None:
        self._writes.append(self._changes.remove(id))
