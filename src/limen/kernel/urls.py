"""Which address is it, and does one cover another? Parsed once, compared by scheme, host, port and path segment."""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f-\x9f\\<>\"`{|}^]")
_ESCAPED_TRICKS: Final = re.compile(r"%(?:2e|2f|5c|00|0a|0d|09)", re.IGNORECASE)
_HOST: Final = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?|\[[0-9a-f:.]+\]"
)
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_NEVER: Final = frozenset({"javascript", "data", "vbscript", "blob", "file", "about", "filesystem"})


class UnsafeUrl(ValueError):
    """The address is relative, odd, or read differently by different parsers (security.md §2.21)."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """An absolute address in its parts; `text` is what was parsed."""

    scheme: str
    host: str
    port: int | None
    segments: tuple[str, ...]
    text: str


@lru_cache(maxsize=1024)
def parse_target(text: str) -> Target:
    """The parts of an absolute address. Raises UnsafeUrl for whatever browsers might read otherwise.

    Refused: relative addresses, user info, empty hosts, backslashes, control characters, dot segments (escaped or not).
    """
    if _UNSAFE.search(text):
        raise UnsafeUrl("characters that do not belong into an address")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise UnsafeUrl("no address") from error
    scheme = parts.scheme.lower()
    if not _SCHEME.fullmatch(scheme) or scheme in _NEVER or not text[len(scheme) :].startswith("://"):
        raise UnsafeUrl("no absolute address")
    host = (parts.hostname or "").lower()
    if "@" in parts.netloc or not _is_host(host, parts.netloc):
        raise UnsafeUrl("a host that cannot be relied upon")
    segments = tuple(segment for segment in parts.path.split("/") if segment)
    if "." in segments or ".." in segments or _ESCAPED_TRICKS.search(parts.path):
        raise UnsafeUrl("a path that can be read in two ways")
    return Target(
        scheme=scheme,
        host=host,
        port=port if port is not None else _DEFAULT_PORTS.get(scheme),
        segments=segments,
        text=text,
    )


def _is_host(host: str, netloc: str) -> bool:
    if netloc.startswith("["):
        return bool(_HOST.fullmatch(f"[{host}]"))
    ascii_host = host if host.isascii() else ""
    return bool(ascii_host) and bool(_HOST.fullmatch(ascii_host))


@lru_cache(maxsize=1024)
def _pattern(entry: str) -> tuple[Target, str] | None:
    """An allow-list entry as a target and the suffix that `*.` stands for; None when it is unusable."""
    wildcard = "://*." in entry
    try:
        target = parse_target(entry.replace("://*.", "://", 1))
    except UnsafeUrl:
        return None
    return target, target.host if wildcard else ""


def covers(entry: str, target: Target) -> bool:
    """Whether an allow-list entry covers an address: same scheme, host (`*.` for one or more labels) and port, and a path
    that begins with the entry's segments (SEC-10).
    """
    found = _pattern(entry)
    if found is None:
        return False
    allowed, suffix = found
    same_host = target.host.endswith(f".{suffix}") if suffix else target.host == allowed.host
    return (
        same_host
        and target.scheme == allowed.scheme
        and target.port == allowed.port
        and target.segments[: len(allowed.segments)] == allowed.segments
    )


def joined(base: str, *segments: str) -> str:
    """An address below a base, whether the base ends in a slash or not (SEED4-14)."""
    return "/".join((base.rstrip("/"), *(segment.strip("/") for segment in segments)))


def with_query(url: str, **more: str) -> str:
    """The address with these query parameters put in; empty values are left out."""
    if "?" not in url and "#" not in url:  # as nearly all are: nothing to take apart
        query = urlencode([(key, value) for key, value in more.items() if value])
        return f"{url}?{query}" if query else url
    parts = urlsplit(url)
    kept = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key not in more]
    query = urlencode([*kept, *((key, value) for key, value in more.items() if value)])
    return parts._replace(query=query).geturl()
