"""Which statements does `storage/identity_changes.py` run?"""

from typing import Final

from sqlalchemy import bindparam, delete, insert, update

from limen.storage.tables import (
    CREDENTIAL_IDENTIFIERS,
    CREDENTIALS,
    IDENTITIES,
    RECOVERY_ADDRESSES,
    VERIFIABLE_ADDRESSES,
)

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
_ADDRESSES: Final = (VERIFIABLE_ADDRESSES, RECOVERY_ADDRESSES)
ADD_ADDRESS: Final = {table.name: insert(table) for table in _ADDRESSES}
REMOVE_ADDRESS: Final = {
    table.name: delete(table).where(
        table.c.value == bindparam("which"),
        table.c.via == bindparam("channel"),
        table.c.identity_id == bindparam("owner"),
    )
    for table in _ADDRESSES
}
