"""Where does the next page begin? The `Link` header says so (PAGE-01)."""

import re
from typing import Final
from urllib.parse import parse_qs, urlsplit

_NEXT: Final = re.compile(r'<([^>]*)>;\s*rel="next"')


def next_token(links: str) -> str:
    """The token of the next page, empty on the last one."""
    found = _NEXT.search(links)
    return parse_qs(urlsplit(found[1]).query).get("page_token", [""])[0] if found else ""
