"""Is the right page shown, and are its neighbours named so that following the names shows everything once?"""

import re
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.app.errors import BadPageToken
from limen.http.paging import numbered, page_headers
from limen.kernel.http_values import Request


def asked(query: str = "", path: str = "/sessions") -> Request:
    return Request(method="GET", path=path, query_string=query)


def links(request: Request, total: int, first: int = 1) -> dict[str, str]:
    headers = dict(page_headers(request, numbered(request, first=first), total))
    assert headers["x-total-count"] == str(total)
    return {rel: url for url, rel in re.findall(r'<([^>]*)>; rel="(\w+)"', headers["link"])}


def numbers(found: dict[str, str]) -> dict[str, str]:
    return {rel: dict(parse_qsl(url.partition("?")[2]))["page"] for rel, url in found.items()}


@pytest.mark.covers("PAGE-07")
@pytest.mark.parametrize(
    ("query", "first", "number", "size"),
    [
        ("", 1, 1, 250),
        ("page=0", 1, 1, 250),
        ("page=1", 1, 1, 250),
        ("page=2&per_page=10", 1, 2, 10),
        ("page=0", 0, 1, 250),
        ("page=2&per_page=10", 0, 3, 10),
        ("page=-1", 0, 1, 250),
        ("page=x&per_page=y", 1, 1, 250),
        ("page_size=7", 1, 1, 7),
        ("page_size=7&per_page=9", 1, 1, 7),
        ("page_size=0", 1, 1, 250),
        ("page_size=-5", 1, 1, 250),
        ("page_size=100000", 1, 1, 1000),
        ("page_size=99999999999999999999", 1, 1, 250),
        ("page=%D9%A3", 1, 1, 250),
    ],
)
def test_which_page_is_meant(query: str, first: int, number: int, size: int) -> None:
    window = numbered(asked(query), first=first)
    assert (window.number, window.size) == (number, size)
    assert (window.page.offset, window.page.limit) == ((number - 1) * size, size)


@pytest.mark.covers("PAGE-07", "QK-19")
@pytest.mark.parametrize(
    ("query", "total", "expected"),
    [
        ("", 0, {"first": "0"}),
        ("", 2, {"first": "0"}),
        ("page_size=2", 2, {"first": "0"}),
        ("page_size=1", 2, {"next": "1", "last": "1"}),
        ("page=2&per_page=1", 2, {"first": "0", "prev": "0"}),
        ("page=2&per_page=1", 4, {"first": "0", "next": "2", "prev": "0", "last": "3"}),
        ("page=9&per_page=1", 2, {"first": "0", "prev": "0"}),
    ],
)
def test_the_pages_beside_this_one_are_named(query: str, total: int, expected: dict[str, str]) -> None:
    assert numbers(links(asked(query), total)) == expected


@pytest.mark.covers("PAGE-07")
@given(total=st.integers(0, 40), size=st.integers(1, 12), first=st.integers(0, 1))
def test_following_the_next_page_shows_everything_once(total: int, size: int, first: int) -> None:
    seen: list[int] = []
    request = asked(f"page_size={size}")
    for _ in range(60):
        page = numbered(request, first=first).page
        seen += list(range(total))[page.offset : page.offset + page.limit]
        following = links(request, total, first).get("next")
        if following is None:
            break
        request = asked(following.partition("?")[2])
    assert seen == list(range(total))


def test_links_keep_the_other_wishes_and_never_leave_the_header() -> None:
    found = links(asked("active=true&x=%3E%2C%0D%0A", path='/admin/a>b"\r\n/sessions'), 1)
    (url,) = found.values()
    assert url.startswith("/admin/a%3Eb%22%0D%0A/sessions?active=true&page=0&page_size=250&page_token=")
    assert url.isprintable()


@pytest.mark.covers("PAGE-08")
@pytest.mark.parametrize("token", ["zzzz", "!", "e30", "eyJwYWdlIjoiYSJ9", "ü", "%00", "a" * 4000])
def test_a_made_up_token_is_refused(token: str) -> None:
    with pytest.raises(BadPageToken):
        numbered(asked(f"page_token={token}"))
