"""Which statements does `storage/identity_pages.py` run?"""

from typing import Final

from sqlalchemy import bindparam, exists, select

from limen.storage.rows import IdentityRow
from limen.storage.tables import CREDENTIAL_IDENTIFIERS, IDENTITIES

_BEGINS: Final = CREDENTIAL_IDENTIFIERS.c.identifier.between(bindparam("prefix"), bindparam("prefix_end"))

FEW_OF_PREFIX: Final = select(CREDENTIAL_IDENTIFIERS.c.identity_id).where(_BEGINS).limit(bindparam("limit"))
MANY_OF_PREFIX: Final = (
    select(IDENTITIES.c.id)
    .where(IDENTITIES.c.id > bindparam("after"))
    .where(exists().where(CREDENTIAL_IDENTIFIERS.c.identity_id == IDENTITIES.c.id, _BEGINS))
    .order_by(IDENTITIES.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
PLAIN_PAGE: Final = (
    select(*(IDENTITIES.c[name] for name in IdentityRow.__struct_fields__))
    .where(IDENTITIES.c.id > bindparam("after"))
    .order_by(IDENTITIES.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
PLAIN_PAGE_OF_ORGANIZATION: Final = PLAIN_PAGE.where(IDENTITIES.c.organization_id == bindparam("organization_id"))
