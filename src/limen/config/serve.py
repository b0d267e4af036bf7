"""Where does Limen listen, under which addresses is it known, and which other origins may call it?"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from limen.config.syntax import Cidr, SecretText, UrlReference

Port = Annotated[int, Meta(ge=1, le=65535)]
CorsMethod = Literal["POST", "GET", "PUT", "PATCH", "DELETE", "CONNECT", "HEAD", "OPTIONS", "TRACE"]

DEFAULT_CORS_METHODS: Final[tuple[CorsMethod, ...]] = ("POST", "GET", "PUT", "PATCH", "DELETE")
DEFAULT_CORS_HEADERS: Final = (
    "Authorization",
    "Content-Type",
    "Max-Age",
    "X-Session-Token",
    "X-XSRF-TOKEN",
    "X-CSRF-TOKEN",
)


class RequestLog(msgspec.Struct, frozen=True, kw_only=True):
    """What is logged about requests."""

    disable_for_health: bool = False
    """Leave requests to the health endpoints out of the log."""


class Socket(msgspec.Struct, frozen=True, kw_only=True):
    """Permissions of a Unix domain socket, used when `host` begins with `unix:`."""

    owner: str = ""
    """User that owns the socket file."""
    group: str = ""
    """Group that owns the socket file."""
    mode: Annotated[int, Meta(ge=0, le=0o777)] = 0o755
    """Permission bits of the socket file, as a number."""


class TlsSource(msgspec.Struct, frozen=True, kw_only=True):
    """One half of a certificate, from a file or inline."""

    path: str = ""
    """PEM file."""
    base64: SecretText = ""
    """The PEM text, base64-encoded."""


class Tls(msgspec.Struct, frozen=True, kw_only=True):
    """HTTPS on a listener."""

    key: TlsSource = TlsSource()
    """Private key."""
    cert: TlsSource = TlsSource()
    """Certificate, with its intermediates."""
    client_ca: TlsSource | None = None
    """Authority of client certificates; with it only clients that show one of its certificates get in. (Limen's own key.)"""


class Cors(msgspec.Struct, frozen=True, kw_only=True):
    """Which web pages of other origins may call the public listener (HTTP-102)."""

    enabled: bool = False
    """Answer preflight requests and mark answers as readable by other origins."""
    allowed_origins: tuple[Annotated[str, Meta(min_length=1)], ...] = ("*",)
    """Origins that may call; one `*` per entry may stand for a host label. Takes effect without a restart."""
    allowed_methods: tuple[CorsMethod, ...] = DEFAULT_CORS_METHODS
    """HTTP methods that other origins may use."""
    allowed_headers: tuple[str, ...] = DEFAULT_CORS_HEADERS
    """Request headers that other origins may send."""
    exposed_headers: tuple[str, ...] = ("Content-Type",)
    """Response headers that scripts of other origins may read."""
    allow_credentials: bool = True
    """Let other origins send cookies. Outside development it cannot be combined with the origin `*`."""
    options_passthrough: bool = False
    """Pass preflight requests on to the endpoint as well."""
    max_age: Annotated[int, Meta(ge=0)] = 0
    """Seconds for which a browser may remember the answer to a preflight request."""
    debug: bool = False
    """Log each decision."""


class PublicListener(msgspec.Struct, frozen=True, kw_only=True):
    """The listener for browsers and apps."""

    base_url: UrlReference = ""
    """Address under which browsers reach this listener; every link is built on it. Derived from host and port."""
    host: str = "0.0.0.0"  # noqa: S104 (people have to reach it)
    """Address to bind to."""
    port: Port = 4433
    """Port to bind to."""
    cors: Cors = Cors()
    request_log: RequestLog = RequestLog()
    socket: Socket | None = None
    tls: Tls | None = None
    trusted_proxies: tuple[Cidr, ...] = ()
    """Networks whose forwarding headers are believed. (Limen's own key.)"""
    openapi: bool = False
    """Tell everybody the API document of this listener at /openapi.json; in development it is told anyway. (Limen's own key.)"""


class AdminListener(msgspec.Struct, frozen=True, kw_only=True):
    """The listener for operators and their programs; whoever reaches it may do everything."""

    base_url: UrlReference = ""
    """Address under which programs reach this listener. Derived from host and port."""
    host: str = "127.0.0.1"
    """Address to bind to. (Kratos binds to every interface; that has to be asked for here.)"""
    port: Port = 4434
    """Port to bind to."""
    request_log: RequestLog = RequestLog()
    require_key: bool | None = None
    """Whether requests have to show a key (`limen keys create`). If not said, they have to as soon as there ever was
    one. (Limen's own key.)"""
    socket: Socket | None = None
    tls: Tls | None = None
    trusted_proxies: tuple[Cidr, ...] = ()
    """Networks whose forwarding headers are believed. (Limen's own key.)"""


class ServeConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Both listeners. Apart from the allowed origins nothing here changes without a restart (CFG-04)."""

    public: PublicListener = PublicListener()
    admin: AdminListener = AdminListener()


def derived_base_url(listener: PublicListener | AdminListener) -> str:
    """The address of a listener as its host and port tell it, without a slash at the end (CFG-10)."""
    host = listener.host
    if host in {"", "0.0.0.0", "::", "[::]"} or host.startswith("unix:"):  # noqa: S104 (compared, not bound)
        host = "localhost"
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    return f"{'https' if listener.tls else 'http'}://{host}:{listener.port}"
