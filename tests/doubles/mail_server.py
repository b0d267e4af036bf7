"""Which mail server does a test talk to? One of its own on the loopback interface, which does what the test wants."""

import asyncio
import email
import email.policy
import ssl
from email.message import EmailMessage

import msgspec
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Mail(msgspec.Struct, frozen=True):
    sender: str
    recipients: list[str]
    message: EmailMessage

    @property
    def id(self) -> str:
        return str(self.message["message-id"])


class MailServer:
    """Keeps what it gets. `answers` says how it answers instead, by recipient, at RCPT or at the end of DATA."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.at_rcpt: dict[str, str] = {}
        self.at_data: dict[str, str] = {}
        self.breaks_after: set[str] = set()
        """Recipients whose mail is kept, but the connection breaks before that is acknowledged."""
        self.slow = 0.0
        self.connections = 0
        self.users: dict[bytes, bytes] = {}
        self.certificates: list[str] = []
        self._server: asyncio.Server | None = None
        self._open: list[SMTP] = []

    # what aiosmtpd calls

    async def handle_RCPT(  # noqa: N802 (its name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.at_rcpt.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        await asyncio.sleep(self.slow)
        recipient = envelope.rcpt_tos[0]
        if answer := self.at_data.get(recipient):
            return answer
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(Mail(str(envelope.mail_from), list(envelope.rcpt_tos), message))
        if recipient in self.breaks_after:
            self.breaks_after.discard(recipient)
            assert server.transport is not None
            server.transport.abort()
        return "250 OK"

    # what tests call

    async def start(
        self, *, context: ssl.SSLContext | None = None, implicit: bool = False, auth: bool = False, port: int = 0
    ) -> "MailServer":
        def made() -> SMTP:
            self.connections += 1
            smtp = SMTP(
                self,
                hostname="mail.test",
                enable_SMTPUTF8=True,
                tls_context=None if implicit else context,
                require_starttls=context is not None and not implicit,
                authenticator=self._authenticate if auth else None,
                auth_require_tls=False,
            )
            self._open.append(smtp)
            return smtp

        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(made, "127.0.0.1", port, ssl=context if implicit else None)
        return self

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def break_off(self) -> None:
        """Close every connection, as a server does that restarts."""
        for smtp in self._open:
            if smtp.transport is not None:
                smtp.transport.close()

    async def stop(self) -> None:
        self.break_off()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        await asyncio.sleep(0.01)

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        return AuthResult(success=self.users.get(data.login) == data.password, handled=False)
