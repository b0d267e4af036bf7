"""Which statements does `storage/identities.py` run?"""

from typing import Final

from sqlalchemy import BindParameter, Select, bindparam, func, select

from limen.storage.identities import SLOTS
from limen.storage.rows import CredentialRow, IdentityRow
from limen.storage.tables import (
    CREDENTIAL_IDENTIFIERS,
    CREDENTIALS,
    IDENTITIES,
    RECOVERY_ADDRESSES,
    VERIFIABLE_ADDRESSES,
)

_IN_SLOTS: Final[list[BindParameter[str]]] = [bindparam(f"id_{number}") for number in range(SLOTS)]

_IDENTITY: Final = select(*(IDENTITIES.c[name] for name in IdentityRow.__struct_fields__))
_CREDENTIALS: Final = select(*(CREDENTIALS.c[name] for name in CredentialRow.__struct_fields__)).order_by(
    CREDENTIALS.c.identity_id, CREDENTIALS.c.type
)

GET: Final = _IDENTITY.where(IDENTITIES.c.id == bindparam("id"))
GET_CREDENTIALS: Final = _CREDENTIALS.where(CREDENTIALS.c.identity_id == bindparam("id"))
SEVERAL: Final = _IDENTITY.where(IDENTITIES.c.id.in_(_IN_SLOTS))
SEVERAL_CREDENTIALS: Final = _CREDENTIALS.where(CREDENTIALS.c.identity_id.in_(_IN_SLOTS))
WHICH_EXIST: Final = select(IDENTITIES.c.id).where(IDENTITIES.c.id.in_(_IN_SLOTS))
BY_EXTERNAL_ID: Final = select(IDENTITIES.c.id).where(IDENTITIES.c.external_id == bindparam("external_id"))
BY_IDENTIFIER: Final = select(CREDENTIAL_IDENTIFIERS.c.identity_id).where(
    CREDENTIAL_IDENTIFIERS.c.identifier == bindparam("identifier"), CREDENTIAL_IDENTIFIERS.c.type == bindparam("type")
)
BY_ADDRESS: Final = select(VERIFIABLE_ADDRESSES.c.identity_id).where(
    VERIFIABLE_ADDRESSES.c.value == bindparam("value"), VERIFIABLE_ADDRESSES.c.via == bindparam("via")
)
BY_RECOVERY_ADDRESS: Final = select(RECOVERY_ADDRESSES.c.identity_id).where(
    RECOVERY_ADDRESSES.c.value == bindparam("value"), RECOVERY_ADDRESSES.c.via == bindparam("via")
)
COUNT: Final = select(func.count()).select_from(IDENTITIES)


def _window(statement: Select[*tuple[str, ...]]) -> Select[*tuple[str, ...]]:
    after = statement.where(IDENTITIES.c.id > bindparam("after")).order_by(IDENTITIES.c.id)
    return after.limit(bindparam("limit")).offset(bindparam("offset"))


PAGE: Final = _window(select(IDENTITIES.c.id))
PAGE_OF_ORGANIZATION: Final = _window(
    select(IDENTITIES.c.id).where(IDENTITIES.c.organization_id == bindparam("organization_id"))
)
