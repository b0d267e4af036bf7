"""Which page was asked for, and how is it told what comes next? (PAGE-01 … PAGE-08)"""

import base64
import binascii
from typing import Final
from urllib.parse import quote, urlencode

import msgspec

from limen.app.errors import BadPageToken
from limen.kernel.http_values import Request
from limen.ports.storage import Page

DEFAULT_SIZE: Final = 250
MOST: Final = 1000


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """A page by number: `number` counts from 1."""

    number: int
    size: int

    @property
    def page(self) -> Page:
        return Page(limit=self.size, offset=(self.number - 1) * self.size)


def numbered(request: Request, *, first: int = 1) -> Window:
    """The page of a list that takes `page`/`per_page` and `page_size`/`page_token` alike (PAGE-07). Raises BadPageToken.

    `first` is what `page` calls the first page: sessions count from 1 (and take 0 for it), schemas from 0.
    """
    size = _size(request.query("page_size") or request.query("per_page"))
    if token := request.query("page_token"):
        return Window(number=_from_token(token), size=size)
    return Window(number=max(_number(request.query("page")) + 1 - first, 1), size=size)


def page_headers(request: Request, window: Window, total: int) -> tuple[tuple[str, str], ...]:
    """`Link` and `X-Total-Count` of a numbered list, which names those pages beside this one that exist.

    As in Kratos, `page` in a link counts from 0 whatever the list does, and the first page does not name itself when
    there are others. `page_token` is what leads to the right page.
    """
    last = max(1, -(-total // window.size))
    wanted: list[tuple[str, int]] = []
    if window.number > 1 or last == 1:
        wanted.append(("first", 1))
    if window.number < last:
        wanted.append(("next", window.number + 1))
    if window.number > 1 and last > 1:
        wanted.append(("prev", min(window.number, last) - 1))
    if window.number < last:
        wanted.append(("last", last))
    links = ",".join(
        f'<{quote(request.path)}?{_query(request, window, number)}>; rel="{name}"' for name, number in wanted
    )
    return (("link", links), ("x-total-count", str(total)))


def _query(request: Request, window: Window, number: int) -> str:
    own = {
        "page": str(number - 1),
        "page_size": str(window.size),
        "page_token": _token(number),
        "per_page": str(window.size),
    }
    kept = [(name, value) for name, value in request.query_items() if name not in own]
    return urlencode(sorted([*kept, *own.items()]))


def _token(number: int) -> str:
    return base64.urlsafe_b64encode(f'{{"page":{number}}}'.encode()).decode().rstrip("=")


class _Token(msgspec.Struct):
    page: int


def _from_token(token: str) -> int:
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        return max(1, msgspec.json.decode(raw, type=_Token).page)
    except (binascii.Error, ValueError, msgspec.DecodeError) as error:
        raise BadPageToken("This page_token is not valid; take it from the Link header of the page before.") from error


def _size(text: str) -> int:
    if not text:
        return DEFAULT_SIZE
    number = _number(text)
    return min(number, MOST) if number > 0 else DEFAULT_SIZE


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0  # noqa: PLR2004 (fits 32 bits)
