"""What may Limen reach when it calls others, and what does it tell them?"""

from typing import Final

import msgspec

from limen.config.syntax import UrlReference

DEFAULT_HEADER_ALLOWLIST: Final = (
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Content-Length",
    "Content-Type",
    "Origin",
    "Priority",
    "Referer",
    "Sec-Ch-Ua",
    "Sec-Ch-Ua-Mobile",
    "Sec-Ch-Ua-Platform",
    "Sec-Fetch-Dest",
    "Sec-Fetch-Mode",
    "Sec-Fetch-Site",
    "Sec-Fetch-User",
    "True-Client-Ip",
    "User-Agent",
)


class HttpClient(msgspec.Struct, frozen=True, kw_only=True):
    """Outgoing HTTP (SEC-17)."""

    disallow_private_ip_ranges: bool = False
    """Refuse to call addresses of private networks."""
    private_ip_exception_urls: tuple[UrlReference, ...] = ()
    """Addresses that may be called nevertheless; `*` stands for any text."""


class SmtpClient(msgspec.Struct, frozen=True, kw_only=True):
    """Outgoing mail."""

    disallow_private_ip_ranges: bool = False
    """Refuse mail servers in private networks."""


class WebHookClient(msgspec.Struct, frozen=True, kw_only=True):
    """Web hooks."""

    header_allowlist: tuple[str, ...] = DEFAULT_HEADER_ALLOWLIST
    """Headers of a person's request that web hooks are told (WH-05)."""


class ClientsConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Calls that Limen makes itself."""

    http: HttpClient = HttpClient()
    smtp: SmtpClient = SmtpClient()
    web_hook: WebHookClient = WebHookClient()
