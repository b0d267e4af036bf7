"""What does the address of a mail server say? Where it is, whether and how the connection is encrypted, who we are there."""

import ssl
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from limen.config.courier import SmtpDelivery
from limen.ports.courier import DeliveryFailed

_PORTS: Final = {"smtp": 25, "smtps": 465}
_YES: Final = frozenset({"1", "t", "true"})


class SmtpServer(msgspec.Struct, frozen=True, kw_only=True):
    """A mail server (COU-05). Hashable: connections and contexts are kept by it."""

    host: str
    port: int
    user: str
    password: str
    tls_first: bool
    starttls: bool
    skip_verify: bool
    server_name: str
    cert_path: str
    key_path: str
    local_name: str
    allow_private: bool

    def __repr__(self) -> str:
        return f"SmtpServer(host={self.host!r}, port={self.port})"

    def context(self) -> ssl.SSLContext:
        """How the server proves itself, and we ourselves. Raises DeliveryFailed for certificates that cannot be read."""
        context = ssl.create_default_context()
        if self.skip_verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.cert_path and self.key_path:
            try:
                context.load_cert_chain(self.cert_path, self.key_path)
            except (OSError, ssl.SSLError) as error:
                raise DeliveryFailed("The client certificate for the mail server or its key cannot be read.") from error
        return context


def smtp_server(config: SmtpDelivery, *, allow_private: bool) -> SmtpServer:
    """The server that the configuration names. Raises DeliveryFailed when it names none."""
    if config.connection_uri is None:
        raise DeliveryFailed("No mail server is configured. Set courier.smtp.connection_uri.")
    try:
        parts = urlsplit(config.connection_uri)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise DeliveryFailed("courier.smtp.connection_uri is malformed.") from error
    if parts.scheme not in _PORTS or not host:
        raise DeliveryFailed("courier.smtp.connection_uri does not name a mail server.")
    query = parse_qs(parts.query)

    def says(name: str) -> bool:
        return query.get(name, [""])[-1].lower() in _YES

    tls_first = parts.scheme == "smtps"
    return SmtpServer(
        host=host,
        port=port or _PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls_first=tls_first,
        starttls=not tls_first and not says("disable_starttls"),
        skip_verify=says("skip_ssl_verify"),
        server_name=query.get("server_name", [""])[-1] or host,
        cert_path=config.client_cert_path,
        key_path=config.client_key_path,
        local_name=config.local_name,
        allow_private=allow_private,
    )
