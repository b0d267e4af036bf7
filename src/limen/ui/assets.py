"""Which files belong to the pages? Style, script and icon, read once and named by a fingerprint of their content."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from limen.kernel.http_values import Response

_TYPES: Final = {
    "pages.css": "text/css; charset=utf-8",
    "pages.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


class Asset(msgspec.Struct, frozen=True):
    content: bytes
    content_type: str
    version: str


@cache
def assets() -> dict[str, Asset]:
    """All files by name."""
    folder = Path(__file__).parent / "static"
    found: dict[str, Asset] = {}
    for name, content_type in _TYPES.items():
        content = (folder / name).read_bytes()
        found[name] = Asset(content, content_type, sha256(content).hexdigest()[:12])
    return found


def versions() -> dict[str, str]:
    """The fingerprint of each file, for `?v=` in its address: it may then be kept for ever."""
    return {name: asset.version for name, asset in assets().items()}


def asset_response(name: str, version: str) -> Response | None:
    """The file, kept for ever when asked for by its fingerprint; None when there is none of that name."""
    asset = assets().get(name)
    if asset is None:
        return None
    keep = "public, max-age=31536000, immutable" if version == asset.version else "no-cache"
    return Response(
        headers=(
            ("content-type", asset.content_type),
            ("cache-control", keep),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ),
        body=asset.content,
    )
