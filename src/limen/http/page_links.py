"""How is a client told where the other pages of a list are? `Link` headers of three styles (PAGE-01, PAGE-02, PAGE-04, PAGE-07)."""

import base64
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlencode

from limen.http.paging import Window
from limen.kernel.http_values import Request

_OWN: Final = frozenset({"page", "per_page", "page_size", "page_token"})
TOTAL: Final = "x-total-count"


def keyset_links(request: Request, size: int, first: str, next: str) -> tuple[tuple[str, str], ...]:
    """`first` and, unless `next` is empty, `next`; both are tokens. The rest of the query is kept."""
    tokens = {"first": first, "next": next}
    return (_link(request, {rel: {"page_size": str(size), "page_token": at} for rel, at in tokens.items() if at}),)


def page_links(request: Request, number: int, size: int, total: int) -> tuple[tuple[str, str], ...]:
    """Pages counted from 0, and how many items there are (PAGE-02)."""
    pages = surrounding(number, size, total)
    links = _link(request, {rel: {"page": str(at), "per_page": str(size)} for rel, at in pages.items()})
    return links, (TOTAL, str(total))


def mixed_links(request: Request, window: Window, total: int) -> tuple[tuple[str, str], ...]:
    """Both styles in one address: `page` counts from 0 as it always did; the token, which counts first, says the same
    page so that following `next` never repeats one (PAGE-07).
    """
    pages = surrounding(window.number - 1, window.size, total)
    size = str(window.size)
    links = {
        rel: {"page": str(at), "page_size": size, "page_token": number_token(at + 1), "per_page": size}
        for rel, at in pages.items()
    }
    return _link(request, links), (TOTAL, str(total))


def surrounding(number: int, size: int, total: int) -> Mapping[str, int]:
    """The pages around page `number`, counted from 0: only those that lead somewhere else."""
    last = max(0, -(-total // size) - 1)
    if number >= last:
        return {"first": 0, "prev": last - 1} if last else {"first": 0}
    if number == 0:
        return {"next": 1, "last": last}
    return {"first": 0, "next": number + 1, "prev": number - 1, "last": last}


def number_token(number: int) -> str:
    """The token of a page, counted from 1, as http/paging.py reads it."""
    return base64.urlsafe_b64encode(f'{{"page":{number}}}'.encode()).decode().rstrip("=")


def _link(request: Request, links: Mapping[str, Mapping[str, str]]) -> tuple[str, str]:
    kept = [(key, value) for key, value in request.query_items() if key not in _OWN]
    path = quote(request.path)
    told = [f'<{path}?{urlencode([*kept, *query.items()])}>; rel="{rel}"' for rel, query in links.items()]
    return "link", ",".join(told)
