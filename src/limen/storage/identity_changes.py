"""How do identities change? As a whole against what was read, so that only what differs is written."""

from collections.abc import Iterable, Mapping
from typing import Final, Generic, TypeVar

from limen.domain.identity.addresses import RecoveryAddress, VerifiableAddress
from limen.domain.identity.credentials import Credential, CredentialType
from limen.domain.identity.identity import Identity
from limen.domain.ids import IdentityId
from limen.ports.storage import IdentityChanged
from limen.storage.database import Database
from limen.storage.errors import Guard
from limen.storage.rows import credential_values, identity_values, instant, json_text
from limen.storage.statements import Write

A = TypeVar("A", VerifiableAddress, RecoveryAddress)

_MEANWHILE: Final = Guard(IdentityChanged, "The identity was changed by somebody else in the meantime. Try again.")


class _AddressIndex(Generic[A]):
    """Keeps the look-up table of one kind of address in step with the list of the identity."""

    def __init__(self, database: Database, table: str) -> None:
        self._add = database.compile(f"identity_changes.ADD_ADDRESS {table}")
        self._remove = database.compile(f"identity_changes.REMOVE_ADDRESS {table}")

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
        self._add = database.compile("identity_changes.ADD")
        self._save = database.compile("identity_changes.SAVE")
        self._save_addresses = database.compile("identity_changes.SAVE_ADDRESSES")
        self._remove = database.compile("identity_changes.REMOVE")
        self._add_credential = database.compile("identity_changes.ADD_CREDENTIAL")
        self._save_credential = database.compile("identity_changes.SAVE_CREDENTIAL")
        self._remove_credential = database.compile("identity_changes.REMOVE_CREDENTIAL")
        self._add_identifier = database.compile("identity_changes.ADD_IDENTIFIER")
        self._remove_identifier = database.compile("identity_changes.REMOVE_IDENTIFIER")
        self._verifiable: _AddressIndex[VerifiableAddress] = _AddressIndex(database, "verifiable_addresses")
        self._recovery: _AddressIndex[RecoveryAddress] = _AddressIndex(database, "recovery_addresses")

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
