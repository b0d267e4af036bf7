"""How do operators look at what was changed? Newest first, a page at a time (docs/adr/0021, ours: docs/wire.md)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from limen.app.errors import BadPageToken
from limen.domain.admin.audit import AuditEntry
from limen.http.doorway import Doorway
from limen.http.page_links import keyset_links
from limen.http.respond import OK, json_response
from limen.http.routes import Route
from limen.kernel.http_values import Request, Response

_DEFAULT_SIZE: Final = 100
_MOST: Final = 1000
_DIGITS: Final = 18
_FIRST: Final = 10**_DIGITS - 1
"""The token of the first page: the number before which entries are listed."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One entry as it is told."""

    number: int
    at: datetime
    actor: str
    key_id: str
    peer: str
    operation: str
    target: str
    change: msgspec.Raw
    previous: str
    hash: str


class AuditRoutes:
    """`/admin/audit`, on the admin listener only."""

    def __init__(self, doorway: Doorway) -> None:
        self._doorway = doorway

    def table(self) -> Mapping[str, Mapping[str, Route]]:
        return {"/admin/audit": {"GET": Route(self.page)}}

    async def page(self, request: Request) -> Response:
        size = min(_number(request, "page_size", _DEFAULT_SIZE), _MOST) or _DEFAULT_SIZE
        before = _number(request, "page_token", _FIRST)
        found = await self._doorway.services.storage.audit.newest(size, before)
        next = str(found[-1].number) if len(found) == size and found[-1].number > 1 else ""
        return json_response([shown(each) for each in found], OK, *keyset_links(request, size, str(_FIRST), next))


def shown(each: AuditEntry) -> Shown:
    """The entry as it is told."""
    draft = each.draft
    return Shown(
        number=each.number,
        at=draft.at,
        actor=draft.actor,
        key_id=draft.key_id,
        peer=draft.peer,
        operation=draft.operation,
        target=draft.target,
        change=draft.change.raw,
        previous=each.previous,
        hash=each.hash,
    )


def _number(request: Request, name: str, default: int) -> int:
    text = request.query(name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise BadPageToken(f"The parameter `{name}` has to be a number.")
    return int(text)
