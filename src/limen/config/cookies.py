"""What do Limen's cookies look like?"""

from typing import Literal

import msgspec

from limen.config.syntax import Switch

SameSite = Literal["Strict", "Lax", "None"]


class CookiesConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The shape of every cookie, unless the session cookie says otherwise."""

    domain: str = ""
    """Domain attribute; empty for the host alone."""
    path: str = "/"
    """Path attribute."""
    secure: Switch | None = None
    """Secure attribute; on, except in development."""
    same_site: SameSite = "Lax"
    """SameSite attribute."""


class CookieShape(msgspec.Struct, frozen=True, kw_only=True):
    """The attributes of one kind of cookie, with every fallback applied."""

    domain: str
    path: str
    secure: bool
    same_site: SameSite
