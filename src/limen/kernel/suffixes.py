"""May a `*` stand for part of this host? Only below a domain that one owner registered (SEC-12)."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_END_OF_HOST: Final = re.compile(r"[:/?#]")


@lru_cache(maxsize=1024)
def bounded(pattern: str) -> bool:
    """Whether every host that the pattern's last `*` can stand for belongs to whoever registered the domain behind it.

    `https://*.example.com` and `https://*-pr.example.com` are bounded; `https://*.co.uk`, `https://*example.com`,
    `https://www.example.*` and `http://localhost:*` are not. A pattern without `*` is.
    """
    _, star, rest = pattern.rpartition("*")
    if not star:
        return True
    behind = _END_OF_HOST.split(rest.partition(".")[2], maxsplit=1)[0].lower().rstrip(".")
    return bool(behind) and _registered(behind)


def _registered(domain: str) -> bool:
    """Whether somebody can own the domain: it is neither a public suffix nor a single label."""
    try:
        found = _suffixes().privatesuffix(domain)
    except (ValueError, UnicodeError):  # what is no domain at all
        return False
    return found is not None


@lru_cache(maxsize=1)
def _suffixes() -> "PublicSuffixList":
    # takes 50 ms and some megabytes, which only configurations with a wildcard need
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415

    return PublicSuffixList()
