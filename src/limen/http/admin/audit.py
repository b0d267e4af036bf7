"""How do operators look at what was changed? Newest first, a page at a time (docs/adr/0022, ours: docs/wire.md)."""

from collections.abc import Mapping
from typing import Final

from limen.app.errors import BadPageToken
from limen.http.doorway import Doorway
from limen.http.page_links import keyset_links
from limen.http.respond import OK, json_response
from limen.http.routes import Route
from limen.kernel.http_values import Request, Response
from limen.wire import audit

_DEFAULT_SIZE: Final = 100
_MOST: Final = 1000
_DIGITS: Final = 18
_FIRST: Final = 10**_DIGITS - 1
"""The token of the first page: the number before which entries are listed."""


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
        return json_response([audit.entry(each) for each in found], OK, *keyset_links(request, size, str(_FIRST), next))


def _number(request: Request, name: str, default: int) -> int:
    text = request.query(name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise BadPageToken(f"The parameter `{name}` has to be a number.")
    return int(text)
