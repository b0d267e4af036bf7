"""Where may a browser be sent afterwards? `return_to` and its allow-list (FLOW-13, SEC-10 … SEC-12)."""

from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from limen.app.errors import ReturnToForbidden
from limen.config.model import Config
from limen.domain.flow.kinds import FlowKind
from limen.kernel.suffixes import bounded
from limen.kernel.urls import Target, UnsafeUrl, covers, joined, parse_target

_FORBIDDEN: Final = "This return_to address is not on the list of allowed return addresses."
_OBJECT: Final = "[object Object]"
"""What a JavaScript client of old sends when it passes an options object by mistake (SEED4-32): never a wanted address."""


def checked(config: Config, return_to: str) -> str:
    """The address if it is allowed, empty if none was asked for. Raises ReturnToForbidden.

    An address without a host is completed from the default return address (dialects.md §3.5).
    """
    if not return_to or return_to == _OBJECT:
        return ""
    try:
        target = parse_target(_completed(config, return_to))
    except UnsafeUrl as error:
        raise ReturnToForbidden(_FORBIDDEN) from error
    if _own_flow(config, target) or any(covers(entry, target) for entry in _allowed(config)):
        return return_to if urlsplit(return_to).scheme else target.text
    raise ReturnToForbidden(_FORBIDDEN)


def after(config: Config, kind: FlowKind, method: str, return_to: str, otherwise: str = "") -> str:
    """Where to go after the flow: the wish, else the method's address, else the flow's, else `otherwise` (by default the
    general one; LOGIN-24).
    """
    if return_to and config.dialect.heeds_return_to(kind.value, method):
        return return_to
    wanted = config.flow(kind).return_url_after(method)
    return wanted or otherwise or config.selfservice.default_browser_return_url


def _completed(config: Config, return_to: str) -> str:
    if return_to.startswith("/") and not return_to.startswith(("//", "/\\")):
        home = urlsplit(config.selfservice.default_browser_return_url)
        return f"{home.scheme}://{home.netloc}{return_to}"
    return return_to


def _allowed(config: Config) -> tuple[str, ...]:
    """The allow-list, without wildcards that strangers could register a match for (SEC-12)."""
    entries = config.selfservice.allowed_return_urls
    return entries if config.feature_flags.legacy_allow_insecure_origins else _trustworthy(entries)


@lru_cache(maxsize=64)
def _trustworthy(entries: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(entry for entry in entries if bounded(urlsplit(entry).netloc))


def _own_flow(config: Config, target: Target) -> bool:
    """The server's own self-service addresses are always allowed (SEC-10), and so are the pages in the box."""
    base = config.serve.public.base_url
    return covers(joined(base, "self-service"), target) or covers(joined(base, "ui"), target)
