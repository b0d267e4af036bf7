"""Which addresses may a page carry? Links, pictures and form targets that cannot run code (security.md §2.34)."""

from urllib.parse import urlsplit


def origin_of(url: str) -> str:
    """`scheme://host[:port]` of an absolute http(s) address, or an empty string."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if not host.isascii() or any(sign in host for sign in " ;,'\""):
        return ""
    return f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")


def safe_link(url: str) -> str:
    """The address when it is http(s) or a path on this host; else `#`, so that `javascript:` never becomes a link."""
    on_this_host = url.startswith("/") and not url.startswith(("//", "/\\"))
    return url if on_this_host or origin_of(url) else "#"


def safe_picture(url: str) -> str:
    """The address when it is an inline raster or SVG image, or a link as above; else an empty image."""
    return url if url.startswith("data:image/") else safe_link(url)
