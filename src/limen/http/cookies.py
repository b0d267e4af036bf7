"""Which cookies does Limen keep, and how do they look? (SESS-05 … SESS-07, SEC-01)"""

import hashlib
from datetime import datetime
from functools import lru_cache
from typing import Final

import msgspec

from limen.config.cookies import CookieShape
from limen.config.model import Config
from limen.domain.session.session import IssuedSession
from limen.kernel.entropy import Entropy
from limen.kernel.http_values import Request
from limen.ports.sealing import Sealing

_YEAR: Final = 365 * 24 * 3600
_NONCE_LENGTH: Final = 8
DEVICE: Final = "limen_device"
CONTINUITY: Final = "ory_kratos_continuity"
_FRIENDLY: Final = ("__cf", "_cf", "cf_")
"""Cookies of a well-known proxy, which do no harm in native flows (NEGO-07)."""


class SessionCookie(msgspec.Struct, frozen=True, kw_only=True):
    """What the session cookie holds, sealed."""

    session_token: str
    expires_at: str
    nonce: str


def parsed(request: Request) -> dict[str, str]:
    """The cookies of a request by name; of several with one name the first counts."""
    found: dict[str, str] = {}
    for key, header in request.headers:
        if key != "cookie":
            continue
        for pair in header.split(";"):
            name, separator, value = pair.strip().partition("=")
            if separator and name:
                found.setdefault(name, value.strip('"'))
    return found


def foreign(cookies: dict[str, str], besides: str = "") -> bool:
    """Whether there is a cookie that a browser might have sent along by itself; the one named `besides` does not count."""
    return any(name != besides and not name.startswith(_FRIENDLY) for name in cookies)


def session_cookie(config: Config, sealing: Sealing, entropy: Entropy, issued: IssuedSession, now: datetime) -> str:
    """The `Set-Cookie` value that signs a browser in."""
    shape, name = config.session_cookie_shape, config.session.cookie.name
    held = SessionCookie(
        session_token=issued.token,
        expires_at=issued.session.expires_at.isoformat(),
        nonce=entropy.alphanumeric(_NONCE_LENGTH),
    )
    value = sealing.seal(config.secrets.cookie, name, msgspec.json.encode(held))
    if not config.session.cookie.persistent:
        return written(name, value, shape)
    life = max(0, int((issued.session.expires_at - now).total_seconds()))
    return written(name, value, shape, max_age=life, expires=issued.session.expires_at)


def opened(config: Config, sealing: Sealing, value: str) -> SessionCookie | None:
    """What a session cookie holds; None when it is not ours, was tampered with, or is no longer covered by a secret."""
    raw = sealing.open(config.secrets.cookie, config.session.cookie.name, value)
    if raw is None:
        return None
    try:
        return msgspec.json.decode(raw, type=SessionCookie)
    except msgspec.DecodeError:
        return None


def continuity_cookie(config: Config, sealing: Sealing, secret: str, expires_in: int) -> str:
    """The `Set-Cookie` value with the secret under which a browser's waiting submissions are kept (SET-06)."""
    value = sealing.seal(config.secrets.cookie, CONTINUITY, secret.encode())
    return written(CONTINUITY, value, config.cookie_shape, max_age=expires_in)


def continuity(config: Config, sealing: Sealing, held: dict[str, str]) -> str:
    """The secret of the continuity cookie; empty without one, or with one that is not ours."""
    value = held.get(CONTINUITY)
    raw = sealing.open(config.secrets.cookie, CONTINUITY, value) if value else None
    return raw.decode() if raw else ""


def device_cookie(config: Config, value: str) -> str:
    """The `Set-Cookie` value by which a browser is known as one that somebody signed in on (docs/security.md)."""
    return written(DEVICE, value, config.cookie_shape, max_age=_YEAR)


def session_cookie_gone(config: Config) -> str:
    """Not empty, although it is gone: some clients take an empty cookie for one that was never there."""
    return written(config.session.cookie.name, "ended", config.session_cookie_shape, max_age=0)


@lru_cache(maxsize=64)
def csrf_cookie_name(base_url: str) -> str:
    """SEC-01: the name tells servers on one host apart."""
    return "csrf_token_" + hashlib.sha256(f"{base_url.rstrip('/')}/".encode()).hexdigest()


def csrf_cookie(config: Config, stored_token: str) -> str:
    """The anti-CSRF cookie: a year long, Lax when it cannot be Secure."""
    shape = config.cookie_shape
    if not shape.secure:
        shape = msgspec.structs.replace(shape, same_site="Lax")
    return written(csrf_cookie_name(config.serve.public.base_url), stored_token, shape, max_age=_YEAR)


def written(
    name: str, value: str, shape: CookieShape, *, max_age: int | None = None, expires: datetime | None = None
) -> str:
    """A `Set-Cookie` header value (RFC 6265 section 4.1)."""
    parts = [f"{name}={value}", f"Path={shape.path}"]
    if shape.domain:
        parts.append(f"Domain={shape.domain}")
    if expires is not None:
        parts.append(f"Expires={expires.strftime('%a, %d %b %Y %H:%M:%S GMT')}")
    if max_age is not None:
        parts.append(f"Max-Age={max_age}")
    parts.append("HttpOnly")
    if shape.secure:
        parts.append("Secure")
    parts.append(f"SameSite={shape.same_site}")
    return "; ".join(parts)
