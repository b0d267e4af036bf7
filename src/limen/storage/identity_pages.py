"""How are identities listed? Without credentials by one range of the index of ids, by a prefix in one of two ways (ID-12, ID-13)."""

from collections.abc import Sequence
from typing import Final

from limen.domain.identity.identity import Identity
from limen.domain.ids import IdentityId
from limen.ports.storage import IdentityFilter, Page
from limen.storage.database import Database, query
from limen.storage.rows import IdentityRow, Key, identity_of
from limen.storage.statements import Value

FEW: Final = 5_000
"""So many identifiers are read to find a page; where more begin alike, identities are looked at in their order instead.
The one costs as much as there are hits, the other as much as there are identities between two hits.
"""
_LAST_CHARACTER: Final = "\U0010ffff"


class PlainPages:
    """Pages of everybody, or of an organization."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._page = query(database, "identity_pages.PLAIN_PAGE", IdentityRow)
        self._page_of_organization = query(database, "identity_pages.PLAIN_PAGE_OF_ORGANIZATION", IdentityRow)

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


class PrefixPages:
    """Pages of those with an identifier that begins in a certain way."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._few = query(database, "identity_pages.FEW_OF_PREFIX", Key)
        self._many = query(database, "identity_pages.MANY_OF_PREFIX", Key)

    async def ids(self, prefix: str, page: Page) -> Sequence[IdentityId]:
        """Their ids in ascending order, behind the id `page.after`."""
        after = page.after[0] if page.after else ""
        wanted: dict[str, Value] = {"prefix": prefix, "prefix_end": prefix + _LAST_CHARACTER}
        found = await self._database.all(self._few, self._few.compiled.bind({**wanted, "limit": FEW + 1}))
        if len(found) <= FEW:
            return sorted({key.id for key in found if key.id > after})[page.offset : page.offset + page.limit]
        window: dict[str, Value] = {**wanted, "after": after, "limit": page.limit, "offset": page.offset}
        return [key.id for key in await self._database.all(self._many, self._many.compiled.bind(window))]
