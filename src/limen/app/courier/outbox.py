"""What became of the messages? As operators ask: listed, or one with every attempt to deliver it (HTTP-78, HTTP-79)."""

from collections.abc import Sequence

import msgspec

from limen.app.errors import BadParameter
from limen.app.scope import Scope
from limen.domain.courier.letter import Letter
from limen.domain.ids import canonical_uuid
from limen.kernel.errors import LimenError
from limen.ports.storage import Dispatch, LetterFilter, Page


class LetterUnknown(LimenError):
    """No message has that id (HTTP 404)."""


class LetterPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page, and whether there are more behind it."""

    letters: Sequence[Letter]
    more: bool


async def listed(scope: Scope, what: LetterFilter, page: Page) -> LetterPage:
    """Messages, newest first (PAGE-05)."""
    wider = msgspec.structs.replace(page, limit=page.limit + 1)
    found = await scope.services.storage.letters.page(what, wider)
    return LetterPage(letters=found[: page.limit], more=len(found) > page.limit)


async def one(scope: Scope, id: str) -> tuple[Letter, Sequence[Dispatch]]:
    """A message and the attempts to deliver it, newest first. Raises BadParameter for what is no id, LetterUnknown."""
    known = canonical_uuid(id)
    if known is None:
        raise BadParameter("This is no message id.")
    letters = scope.services.storage.letters
    found = await letters.get(known)
    if found is None:
        raise LetterUnknown("There is no message with this id.")
    return found, await letters.dispatches(known)
