"""How is a message handed to a mail server? Over connections that are kept for a while, encrypted unless told otherwise."""

import asyncio
import socket  # noqa: TID251 (this is an adapter: the address is judged before the connection is made)
import ssl
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from limen.adapters.http_egress import is_public
from limen.adapters.smtp_address import SmtpServer, smtp_server
from limen.adapters.smtp_line import Refused, SmtpLine
from limen.adapters.smtp_mail import Mail, mail_of
from limen.config.model import Config
from limen.domain.courier.letter import Letter
from limen.ports.courier import DeliveryFailed, NobodyAnswered

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
        self._idle: list[tuple[SmtpServer, SmtpLine, float]] = []
        self._contexts: dict[SmtpServer, ssl.SSLContext] = {}

    async def deliver(self, config: Config, letter: Letter) -> None:
        """Returns after the server acknowledged the message. Raises DeliveryFailed; 5xx answers to it are final (COU-04)."""
        private = not config.clients.smtp.disallow_private_ip_ranges
        server = smtp_server(config.courier.smtp, allow_private=private)
        mail = mail_of(config.courier.smtp, letter)
        async with self._slots:
            line = await self._begun(server, mail)
            try:
                await line.content(mail.content)
            except Exception as error:
                line.close()
                raise _failure(error) from error
            except BaseException:
                line.close()
                raise
            self._idle.append((server, line, _time()))

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

    async def _begun(self, server: SmtpServer, mail: Mail) -> SmtpLine:
        """A connection that was told sender and recipients. One that was kept may have been closed meanwhile: then a new
        one is made.
        """
        kept = self._kept(server)
        if kept is not None:
            try:
                return await _told(kept, mail)
            except Refused as error:
                if error.answer.code not in _NOT_THE_MESSAGE:
                    raise _failure(error) from error
            except OSError:
                pass  # nothing was sent yet
        line = await self._connected(server)
        try:
            return await _told(line, mail)
        except DeliveryFailed:
            raise
        except Exception as error:
            raise _failure(error) from error

    def _kept(self, server: SmtpServer) -> SmtpLine | None:
        now = _time()
        fresh: list[tuple[SmtpServer, SmtpLine, float]] = []
        for entry in self._idle:
            if entry[0] == server and entry[1].usable and now - entry[2] < _IDLE_SECONDS:
                fresh.append(entry)
            else:
                entry[1].close()
        self._idle = fresh
        return self._idle.pop()[1] if self._idle else None

    async def _connected(self, server: SmtpServer) -> SmtpLine:
        # aiosmtplib takes some 30 ms to import: not before there is something to send.
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
            return _taken_over(client)
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
            raise NobodyAnswered(_connection(error)) from error
        except BaseException:
            client.close()
            raise

    def _context(self, server: SmtpServer) -> ssl.SSLContext:
        known = self._contexts.get(server)
        if known is None:
            if len(self._contexts) >= _MOST_CONTEXTS:
                self._contexts.clear()
            known = self._contexts[server] = server.context()
        return known


def _taken_over(client: "SMTP") -> SmtpLine:
    if client.transport is None:
        raise ConnectionResetError
    return SmtpLine(
        client.transport,
        pipelining=client.supports_extension("pipelining"),
        international=client.supports_extension("smtputf8"),
        seconds=_STEP_SECONDS,
    )


async def _told(line: SmtpLine, mail: Mail) -> SmtpLine:
    """The connection, once it knows whose mail comes. Closed when anything is wrong."""
    if mail.international and not line.international:
        line.close()
        raise DeliveryFailed("The mail server does not take international addresses.", final=True)
    try:
        await line.envelope(mail.sender, mail.recipients, international=mail.international)
    except BaseException:
        line.close()
        raise
    return line


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
        raise NobodyAnswered("The mail server cannot be reached: it does not answer.") from error
    except (OSError, UnicodeError) as error:
        raise NobodyAnswered("The mail server's name cannot be resolved.") from error
    raise NobodyAnswered("The mail server cannot be reached.") from problem


def _failure(error: Exception) -> DeliveryFailed:
    if isinstance(error, Refused):
        code, said = error.answer.code, " ".join(error.answer.text.split())[:300]
        final = code >= _FINAL and code not in _NOT_THE_MESSAGE
        return DeliveryFailed(f"The mail server refused the message: {code} {said}", final=final)
    if isinstance(error, OSError):
        return NobodyAnswered("The connection to the mail server broke.")
    return DeliveryFailed("The sender or a recipient is no e-mail address that the mail server could be told.")


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


def _time() -> float:
    return asyncio.get_running_loop().time()
