"""How much of a list is asked for? One page where a page is named, all of it otherwise (PAGE-01)."""

import re
from collections.abc import Callable, Sequence
from typing import Final, TypeVar
from urllib.parse import parse_qs, urlsplit

import click
import msgspec

from limen.cli.client.admin import AdminClient, Query, entries
from limen.kernel.json_doc import JsonObject

F = TypeVar("F", bound=Callable[..., object])

_NEXT: Final = re.compile(r'<([^>]*)>;\s*rel="next"')
_AT_ONCE: Final = 250
"""As many are asked for in one request."""


class Wanted(msgspec.Struct, frozen=True):
    """Which part of a list: a page of that size, beginning with that token; everything when neither is named."""

    size: int | None = None
    token: str = ""


class Listed(msgspec.Struct, frozen=True):
    """What was found, and the token of the page behind it; empty when there is none."""

    entries: Sequence[JsonObject]
    onward: str = ""

    @property
    def note(self) -> str:
        """What stands below the table."""
        return f"Next page: --page-token {self.onward}" if self.onward else ""


def paged(command: F) -> F:
    """The options of a command that lists: --page-size and --page-token."""
    size = click.option("--page-size", type=click.IntRange(1, 1000), help="One page of at most so many, not all.")
    token = click.option("--page-token", default="", help="Where to go on: the token below the page before.")
    return size(token(command))


async def listed(client: AdminClient, path: str, query: Query, wanted: Wanted) -> Listed:
    """Ask for the page that is wanted, or for one after the other. Raises Refused."""
    found: list[JsonObject] = []
    token = wanted.token
    while True:
        place = [("page_size", str(wanted.size or _AT_ONCE)), ("page_token", token)]
        answer = await client.get(path, [pair for pair in (*place, *query) if pair[1]])
        found += entries(answer.value)
        token = next_token(answer.links)
        if not token or wanted.size is not None or wanted.token:
            return Listed(found, token)


def next_token(links: str) -> str:
    """The token of the next page, empty on the last one."""
    found = _NEXT.search(links)
    return parse_qs(urlsplit(found[1]).query).get("page_token", [""])[0] if found else ""
