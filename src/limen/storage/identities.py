"""How are identities found? By id, by what they sign in with, by an address; one by one or in pages (ID-10, ID-11)."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

from limen.domain.identity.addresses import Via
from limen.domain.identity.credentials import CredentialType
from limen.domain.identity.identity import Identity
from limen.domain.ids import IdentityId
from limen.ports.storage import IdentityFilter, Page
from limen.storage.database import Database, query
from limen.storage.identity_pages import PlainPages, PrefixPages
from limen.storage.rows import Count, CredentialRow, IdentityRow, Key, credentials_of, identity_of
from limen.storage.statements import Value

SLOTS: Final = 32
"""How many ids one statement asks for at once; empty places repeat an id. So the text never varies."""


class SqlIdentityReads:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._get = query(database, "identities.GET", IdentityRow)
        self._get_credentials = query(database, "identities.GET_CREDENTIALS", CredentialRow)
        self._several = query(database, "identities.SEVERAL", IdentityRow)
        self._several_credentials = query(database, "identities.SEVERAL_CREDENTIALS", CredentialRow)
        self._which_exist = query(database, "identities.WHICH_EXIST", Key)
        self._by_external_id = query(database, "identities.BY_EXTERNAL_ID", Key)
        self._by_identifier = query(database, "identities.BY_IDENTIFIER", Key)
        self._by_address = query(database, "identities.BY_ADDRESS", Key)
        self._by_recovery_address = query(database, "identities.BY_RECOVERY_ADDRESS", Key)
        self._page = query(database, "identities.PAGE", Key)
        self._page_of_organization = query(database, "identities.PAGE_OF_ORGANIZATION", Key)
        self._prefix_pages = PrefixPages(database)
        self._count = query(database, "identities.COUNT", Count)
        self._plain_pages = PlainPages(database)

    async def get(self, id: IdentityId) -> Identity | None:
        row = await self._database.one(self._get, (id,))
        if row is None:
            return None
        credentials = credentials_of(await self._database.all(self._get_credentials, (id,)))
        return identity_of(row, credentials.get(id, {}))

    async def several(self, ids: Iterable[IdentityId]) -> dict[IdentityId, Identity]:
        """Those of the identities that exist."""
        found: dict[IdentityId, Identity] = {}
        for slots in _slots(ids):
            rows = await self._database.all(self._several, slots)
            credentials = credentials_of(await self._database.all(self._several_credentials, slots))
            found.update((row.id, identity_of(row, credentials.get(row.id, {}))) for row in rows)
            await asyncio.sleep(0)  # a long page lets others read in between
        return found

    async def by_identifier(self, types: Sequence[CredentialType], identifier: str) -> Identity | None:
        """Who signs in with this normalised identifier by one of these types of credential."""
        for type in types:
            owner = await self._owner(type, identifier)
            if owner is not None:
                return await self.get(owner)
        return None

    async def by_verifiable_address(self, via: Via, value: str) -> Identity | None:
        values = self._by_address.compiled.bind({"value": value, "via": via.value})
        key = await self._database.one(self._by_address, values)
        return None if key is None else await self.get(key.id)

    async def by_recovery_address(self, via: Via, value: str) -> Identity | None:
        values = self._by_recovery_address.compiled.bind({"value": value, "via": via.value})
        key = await self._database.one(self._by_recovery_address, values)
        return None if key is None else await self.get(key.id)

    async def by_external_id(self, external_id: str) -> Identity | None:
        key = await self._database.one(self._by_external_id, (external_id,))
        return None if key is None else await self.get(key.id)

    async def page(self, what: IdentityFilter, page: Page) -> Sequence[Identity]:
        """Identities by ascending id, with all their credentials unless the filter is `plain`. `page.after` is the last id
        that was seen.
        """
        if self._plain_pages.answers(what):
            return await self._plain_pages.page(what, page)
        ids = await self._ids(what, page)
        found = await self.several(ids)
        return tuple(found[id] for id in ids if id in found)

    async def count(self) -> int:
        counted = await self._database.one(self._count, ())
        return counted.number if counted else 0

    async def _owner(self, type: CredentialType, identifier: str) -> IdentityId | None:
        values = self._by_identifier.compiled.bind({"identifier": identifier, "type": type.value})
        key = await self._database.one(self._by_identifier, values)
        return None if key is None else key.id

    async def _ids(self, what: IdentityFilter, page: Page) -> Sequence[IdentityId]:
        after = page.after[0] if page.after else ""
        if what.ids is not None or what.identifiers is not None:
            named = await self._named(what)
            return sorted(id for id in named if id > after)[page.offset : page.offset + page.limit]
        if what.identifier_prefix is not None:
            return await self._prefix_pages.ids(what.identifier_prefix, page)
        window: dict[str, Value] = {"after": after, "limit": page.limit, "offset": page.offset}
        chosen = self._page
        if what.organization_id is not None:
            chosen = self._page_of_organization
            window |= {"organization_id": what.organization_id}
        return [key.id for key in await self._database.all(chosen, chosen.compiled.bind(window))]

    async def _named(self, what: IdentityFilter) -> set[IdentityId]:
        """The identities of a filter that names them, as far as they exist."""
        if what.ids is None:
            owners = [await self._owner(type, identifier) for type, identifier in what.identifiers or ()]
            return {owner for owner in owners if owner is not None}
        found: set[IdentityId] = set()
        for slots in _slots(what.ids):
            found.update(key.id for key in await self._database.all(self._which_exist, slots))
        return found


def _slots(ids: Iterable[str]) -> Iterable[tuple[Value, ...]]:
    distinct = list(dict.fromkeys(ids))
    for start in range(0, len(distinct), SLOTS):
        chunk = distinct[start : start + SLOTS]
        yield (*chunk, *(chunk[-1:] * (SLOTS - len(chunk))))
