"""How is a message handed to a mail server? Over connections that are kept for a while, encrypted unless told otherwise."""

import asyncio
import socket  # noqa: TID251 (this is an adapter: the address is judged before the connection is made)
import ssl
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from limen.adapters.http_egress import is_public
from limen.adapters.smtp_address import SmtpServer, smtp_server
from limen.adapters.smtp_mail import Mail, mail_of
from limen.config.model import Config
from limen.domain.courier.letter import Letter
from limen.ports.courier import DeliveryFailed

if TYPE_CHECKING:
    from aiosmtplib import SMTP

_CONNECTIONS: Final = 8
_STEP_SECONDS: Final = 10.0
_IDLE_SECONDS: Final = 10.0
_MOST_CONTEXTS: Final = 8
_FINAL: Final = 500
_NOT_THE_MESSAGE: Final = frozenset({421, 530, 534, 535, 538})
"""Refusals of us rather than of the message: a wrong password must not kill every message."""


class SmtpCarrier:
    """Implements `ports.courier.Carrier` on aiosmtplib, with at most eight connections at once."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(_CONNECTIONS)
        self._idle: list[tuple[SmtpServer, SMTP, float]] = []
        self._contexts: dict[SmtpServer, ssl.SSLContext] = {}

    async def deliver(self, config: Config, letter: Letter) -> None:
        """Returns after the server acknowledged the message. Raises DeliveryFailed; 5xx answers to it are final (COU-04)."""
        # aiosmtplib takes some 30 ms to import: not before there is something to send.
        from aiosmtplib import SMTPException, SMTPResponseException  # noqa: PLC0415

        private = not config.clients.smtp.disallow_private_ip_ranges
        server = smtp_server(config.courier.smtp, allow_private=private)
        mail = mail_of(config.courier.smtp, letter)
        async with self._slots:
            client = await self._begun(server, mail)
            try:
                for recipient in mail.recipients:
                    await client.rcpt(recipient, encoding=_encoding(mail))
                await client.data(mail.content)
            except SMTPResponseException as error:
                client.close()
                raise _refused(error.code, error.message) from error
            except (SMTPException, OSError) as error:
                client.close()
                raise DeliveryFailed("The connection to the mail server broke.") from error
            except BaseException:
                client.close()
                raise
            self._idle.append((server, client, _time()))

    async def greet(self, config: Config) -> None:
        """Connect, encrypt and sign in as for a message, and send none. Raises DeliveryFailed."""
        private = not config.clients.smtp.disallow_private_ip_ranges
        server = smtp_server(config.courier.smtp, allow_private=private)
        async with self._slots:
            self._idle.append((server, await self._connected(server), _time()))

    async def close(self) -> None:
        """Let go of the connections that are kept."""
        while self._idle:
            self._idle.pop()[1].close()

    async def _begun(self, server: SmtpServer, mail: Mail) -> "SMTP":
        """A connection that was told the sender. A kept one may have been closed meanwhile: then a new one is made."""
        from aiosmtplib import SMTPException, SMTPResponseException  # noqa: PLC0415

        kept = self._kept(server)
        for client in (kept, None) if kept is not None else (None,):
            found = client or await self._connected(server)
            options = ["SMTPUTF8"] if mail.international else []
            if mail.international and not found.supports_extension("smtputf8"):
                found.close()
                raise DeliveryFailed("The mail server does not take international addresses.", final=True)
            try:
                await found.mail(mail.sender, options=options, encoding=_encoding(mail))
            except SMTPResponseException as error:
                found.close()
                if client is None or error.code not in _NOT_THE_MESSAGE:
                    raise _refused(error.code, error.message) from error
            except (SMTPException, OSError) as error:
                found.close()
                if client is None:
                    raise DeliveryFailed("The connection to the mail server broke.") from error
            except BaseException:
                found.close()
                raise
            else:
                return found
        raise DeliveryFailed("The connection to the mail server broke.")

    def _kept(self, server: SmtpServer) -> "SMTP | None":
        now = _time()
        fresh: list[tuple[SmtpServer, SMTP, float]] = []
        for entry in self._idle:
            if entry[0] == server and entry[1].is_connected and now - entry[2] < _IDLE_SECONDS:
                fresh.append(entry)
            else:
                entry[1].close()
        self._idle = fresh
        return self._idle.pop()[1] if self._idle else None

    async def _connected(self, server: SmtpServer) -> "SMTP":
        from aiosmtplib import SMTP, SMTPException, SMTPResponseException  # noqa: PLC0415

        context = self._context(server)
        client = SMTP(
            hostname=server.server_name,
            sock=await _socket(server),
            use_tls=server.tls_first,
            start_tls=False,
            tls_context=context if server.tls_first else None,
            local_hostname=server.local_name,
            timeout=_STEP_SECONDS,
        )
        try:
            await client.connect()
            if server.starttls:
                await _encrypted(client, server, context)
            await client.ehlo()
            if server.user and client.supports_extension("auth"):
                await client.login(server.user, server.password)
        except DeliveryFailed:
            client.close()
            raise
        except SMTPResponseException as error:
            client.close()
            raise DeliveryFailed(f"The mail server refuses to work for us: {error.code}.") from error
        except ssl.SSLError as error:
            client.close()
            raise DeliveryFailed("The encrypted connection to the mail server failed: " + _tls(error)) from error
        except (SMTPException, OSError) as error:
            client.close()
            raise DeliveryFailed(_connection(error)) from error
        except BaseException:
            client.close()
            raise
        return client

    def _context(self, server: SmtpServer) -> ssl.SSLContext:
        known = self._contexts.get(server)
        if known is None:
            if len(self._contexts) >= _MOST_CONTEXTS:
                self._contexts.clear()
            known = self._contexts[server] = server.context()
        return known


async def _encrypted(client: "SMTP", server: SmtpServer, context: ssl.SSLContext) -> None:
    await client.ehlo()
    if not client.supports_extension("starttls"):
        raise DeliveryFailed(
            "The mail server does not offer STARTTLS. Use smtps://, or append disable_starttls=true if the network between "
            "is your own."
        )
    await client.starttls(server_hostname=server.server_name, tls_context=context, timeout=_STEP_SECONDS)


async def _socket(server: SmtpServer) -> socket.socket:
    """A connected socket. Exactly the address that was judged is connected to (COU-18, SEC-17)."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_STEP_SECONDS):
            found = await loop.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
            addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
            if not server.allow_private and not all(is_public(address) for address in addresses):
                raise DeliveryFailed("The mail server is in a private network, which the configuration forbids.")
            problem: OSError | None = None
            for family, kind, protocol, _, address in found:
                made = socket.socket(family, kind, protocol)
                made.setblocking(False)
                try:
                    await loop.sock_connect(made, address)
                except OSError as error:
                    made.close()
                    problem = error
                except BaseException:
                    made.close()
                    raise
                else:
                    return made
    except TimeoutError as error:
        raise DeliveryFailed("The mail server cannot be reached: it does not answer.") from error
    except (OSError, UnicodeError) as error:
        raise DeliveryFailed("The mail server's name cannot be resolved.") from error
    raise DeliveryFailed("The mail server cannot be reached.") from problem


def _refused(code: int, said: str) -> DeliveryFailed:
    final = code >= _FINAL and code not in _NOT_THE_MESSAGE
    return DeliveryFailed(f"The mail server refused the message: {code} {' '.join(said.split())[:300]}", final=final)


def _connection(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "The encrypted connection to the mail server failed: " + _tls(cause)
        cause = cause.__cause__ or cause.__context__
    return "The mail server broke the connection before it was ready."


def _tls(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message})."
    return f"{error.reason or 'no TLS there'}."


def _encoding(mail: Mail) -> str:
    return "utf-8" if mail.international else "ascii"


def _time() -> float:
    return asyncio.get_running_loop().time()
