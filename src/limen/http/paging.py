"""Which page was asked for, and how is it told what comes next? (PAGE-01 … PAGE-08)"""

import base64
import binascii
from typing import Final
from urllib.parse import urlencode

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
    by_token: bool

    @property
    def page(self) -> Page:
        return Page(limit=self.size, offset=(self.number - 1) * self.size)


def numbered(request: Request) -> Window:
    """The page of a list that takes `page`/`per_page` and `page_size`/`page_token` alike (PAGE-07). Raises BadPageToken."""
    if token := request.query("page_token"):
        size = _size(request.query("page_size") or request.query("per_page"))
        return Window(number=_from_token(token), size=size, by_token=True)
    size = _size(request.query("page_size") or request.query("per_page"))
    number = _number(request.query("page"))
    return Window(number=max(number, 1), size=size, by_token=not request.query("page"))


def page_headers(request: Request, window: Window, total: int) -> tuple[tuple[str, str], ...]:
    """`Link` and `X-Total-Count` of a numbered list: first, last, and the pages beside this one that exist."""
    last = max(1, -(-total // window.size))
    wanted = [("first", 1), ("last", last)]
    if window.number < last:
        wanted.append(("next", window.number + 1))
    if window.number > 1:
        wanted.append(("prev", min(window.number - 1, last)))
    links = ",".join(f'<{request.path}?{_query(window, number)}>; rel="{name}"' for name, number in wanted)
    return (("link", links), ("x-total-count", str(total)))


def _query(window: Window, number: int) -> str:
    pairs = {
        "page": str(number),
        "page_size": str(window.size),
        "page_token": _token(number),
        "per_page": str(window.size),
    }
    return urlencode(pairs)


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
