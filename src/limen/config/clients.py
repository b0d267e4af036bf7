"""What may Limen reach when it calls others, and what does it tell them?"""

from datetime import timedelta
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from limen.config.address_patterns import matches
from limen.config.deliveries import DeliveriesConfig
from limen.config.syntax import Duration, Size, UrlReference

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
    """Addresses that may be called nevertheless; `*` stands for text without dots and slashes, `**` for any text."""

    def may_be_private(self, url: str) -> bool:
        """Whether `url` may lead to an address of a private network (WH-14)."""
        return not self.disallow_private_ip_ranges or any(
            matches(pattern, url) for pattern in self.private_ip_exception_urls
        )


class SmtpClient(msgspec.Struct, frozen=True, kw_only=True):
    """Outgoing mail."""

    disallow_private_ip_ranges: bool = False
    """Refuse mail servers in private networks."""


class WebHookClient(msgspec.Struct, frozen=True, kw_only=True):
    """Web hooks."""

    header_allowlist: tuple[str, ...] = DEFAULT_HEADER_ALLOWLIST
    """Headers of a person's request that web hooks are told (WH-05)."""
    timeout: Duration = timedelta(seconds=30)
    """How long one web hook may take in all, with its program, its turn, its calls and their repetitions (WH-09)."""
    retries: Annotated[int, Meta(ge=0, le=10)] = 2
    """How often a call is repeated when the target cannot be reached or answers 429 or 5xx; not Kratos' key (WH-09)."""
    max_answer_size: Size = 5 * 1024 * 1024
    """Largest answer that is read; not Kratos' key (WH-12)."""
    at_once: Annotated[int, Meta(ge=1, le=60)] = 20
    """How many calls of one web hook may be under way at once; others wait for their turn. Not Kratos' key."""
    deliveries: DeliveriesConfig = DeliveriesConfig()


class ClientsConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Calls that Limen makes itself."""

    http: HttpClient = HttpClient()
    smtp: SmtpClient = SmtpClient()
    web_hook: WebHookClient = WebHookClient()
