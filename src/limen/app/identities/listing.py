"""Which identities are there? In pages by ascending id, perhaps filtered (HTTP-60, ID-10 … ID-13)."""

from collections.abc import Sequence
from typing import Final

import msgspec

from limen.app.scope import Scope
from limen.domain.identity.credentials import CredentialType
from limen.domain.identity.identity import Identity
from limen.domain.identity.normalise import lookup_form
from limen.ports.storage import IdentityFilter, Page

_NORMALISED: Final = (CredentialType.PASSWORD, CredentialType.WEBAUTHN, CredentialType.CODE)
_AS_GIVEN: Final = (CredentialType.OIDC, CredentialType.SAML)
MOST_IDS: Final = 500


class IdentityPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page, and whether there are more behind it."""

    identities: tuple[Identity, ...]
    more: bool


def with_identifier(identifier: str) -> IdentityFilter:
    """Who signs in with exactly this: normalised where people type it, as it is where providers name it (ID-11)."""
    form = lookup_form(identifier)
    typed = tuple((type, form) for type in _NORMALISED)
    return IdentityFilter(identifiers=(*typed, *((type, identifier) for type in _AS_GIVEN)))


def with_prefix(beginning: str) -> IdentityFilter:
    """Whose identifiers begin like this (ID-12)."""
    return IdentityFilter(identifier_prefix=lookup_form(beginning))


async def page(scope: Scope, what: IdentityFilter, page: Page, *, plain: bool = False) -> IdentityPage:
    """The page, read with one more to see whether the list goes on. A `plain` one may come without credentials."""
    wider = msgspec.structs.replace(page, limit=page.limit + 1)
    wanted = msgspec.structs.replace(what, plain=plain)
    found: Sequence[Identity] = await scope.services.storage.identities.page(wanted, wider)
    return IdentityPage(identities=tuple(found[: page.limit]), more=len(found) > page.limit)


async def total(scope: Scope, what: IdentityFilter) -> int:
    """How many identities a numbered list has (PAGE-02): those that a filter names, else all."""
    if what.ids is None and what.identifiers is None:
        return await scope.services.storage.identities.count()
    return len(await scope.services.storage.identities.page(what, Page(limit=MOST_IDS)))
