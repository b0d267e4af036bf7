"""How are identities listed without their credentials? One statement for a page: a range of the index of ids (ID-13, PAGE-01)."""

from typing import Final

from sqlalchemy import bindparam, select

from limen.domain.identity.identity import Identity
from limen.ports.storage import IdentityFilter, Page
from limen.storage.database import Database, query
from limen.storage.rows import IdentityRow, identity_of
from limen.storage.statements import Value
from limen.storage.tables import IDENTITIES

PLAIN_PAGE: Final = (
    select(*(IDENTITIES.c[name] for name in IdentityRow.__struct_fields__))
    .where(IDENTITIES.c.id > bindparam("after"))
    .order_by(IDENTITIES.c.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
PLAIN_PAGE_OF_ORGANIZATION: Final = PLAIN_PAGE.where(IDENTITIES.c.organization_id == bindparam("organization_id"))


class PlainPages:
    """Pages of everybody, or of an organization."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._page = query(database, PLAIN_PAGE, IdentityRow)
        self._page_of_organization = query(database, PLAIN_PAGE_OF_ORGANIZATION, IdentityRow)

    @staticmethod
    def answers(what: IdentityFilter) -> bool:
        """Whether such a page is what was asked for."""
        return what.plain and what.ids is None and what.identifiers is None and what.identifier_prefix is None

    async def page(self, what: IdentityFilter, page: Page) -> tuple[Identity, ...]:
        """Identities by ascending id, behind the id `page.after`, without credentials."""
        after = page.after[0] if page.after else ""
        window: dict[str, Value] = {"after": after, "limit": page.limit, "offset": page.offset}
        chosen = self._page
        if what.organization_id is not None:
            chosen = self._page_of_organization
            window["organization_id"] = what.organization_id
        rows = await self._database.all(chosen, chosen.compiled.bind(window))
        return tuple(identity_of(row, {}) for row in rows)
