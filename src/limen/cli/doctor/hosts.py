"""Which host does an address name, and is it this machine's own?"""

from typing import Final
from urllib.parse import urlsplit

_OWN: Final = ("127.", "localhost", "::1")


def host_of(url: str) -> str:
    """The host of an address in lower case; empty for what is none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches that host; a Unix socket counts as well."""
    bare = host.strip("[]").lower()
    return bare.startswith((*_OWN, "unix:")) or bare.endswith(".localhost")


def within(host: str, domain: str) -> bool:
    """Whether cookies of that domain reach that host."""
    parent = domain.lstrip(".").lower()
    return host == parent or host.endswith(f".{parent}")
