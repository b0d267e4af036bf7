"""How is one e-mail handed over on a connection that is ready? Its whole envelope at once where the server takes that."""

import asyncio
import re
from collections.abc import Sequence
from typing import Final, cast

import msgspec

_LONGEST_ANSWER: Final = 32 * 1024
_NO_ADDRESS: Final = re.compile(r"[\x00-\x20\x7f<>]")
_DONE, _GO_ON = 250, 354
_DOT: Final = re.compile(rb"(?m)^\.")


class Answer(msgspec.Struct, frozen=True):
    """What the server said to one command; of several lines the last."""

    code: int
    text: str


class Refused(Exception):
    """The server does not want it. `answer` is what it said."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.code)
        self.answer = answer


class SmtpLine(asyncio.Protocol):
    """Takes a connection over from the library, which greeted, encrypted and signed in.

    The library waits for an answer after each command: four times for a mail, each a turn of the event loop that the mail
    waits for while others are served. Where the server lets us (RFC 2920), this waits twice.
    """

    def __init__(
        self, transport: asyncio.BaseTransport, *, pipelining: bool, international: bool, seconds: float
    ) -> None:
        """`seconds`: how long an answer may take."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own are no subclass
        self._pipelining = pipelining
        self.international = international
        self._seconds = seconds
        self._buffer = b""
        self._wanted = 0
        self._answers: list[Answer] = []
        self._waiter: asyncio.Future[None] | None = None
        self._lost = False
        self._transport.set_protocol(self)

    @property
    def usable(self) -> bool:
        """Whether nobody closed it yet, as far as is known."""
        return not (self._lost or self._transport.is_closing())

    def close(self) -> None:
        self._lost = True
        self._transport.close()

    async def envelope(self, sender: str, recipients: Sequence[str], *, international: bool) -> None:
        """Say whose mail comes, to whom. Raises Refused, ValueError for what is no address, OSError when it broke."""
        if any(_NO_ADDRESS.search(address) for address in (sender, *recipients)):
            raise ValueError("no e-mail address")
        encoding, option = ("utf-8", " SMTPUTF8") if international else ("ascii", "")
        lines = [f"MAIL FROM:<{sender}>{option}", *(f"RCPT TO:<{one}>" for one in recipients), "DATA"]
        commands = [f"{line}\r\n".encode(encoding) for line in lines]
        steps = [commands] if self._pipelining else [[command] for command in commands]
        answers: list[Answer] = []
        for step in steps:
            answers += await self._said(b"".join(step), len(step))
            # Whoever gives up now has to close: the server may be waiting for the message already.
            if refusal := next((one for one in answers if one.code not in {_DONE, 251, _GO_ON}), None):
                raise Refused(refusal)
        if answers[-1].code != _GO_ON:
            raise Refused(answers[-1])

    async def content(self, content: bytes) -> None:
        """Say what is in it; returns when the server has it. Raises Refused, OSError when it broke."""
        (answer,) = await self._said(_DOT.sub(b"..", content) + b".\r\n", 1)
        if answer.code != _DONE:
            raise Refused(answer)

    async def _said(self, data: bytes, wanted: int) -> list[Answer]:
        if not self.usable:
            raise ConnectionResetError
        self._answers, self._wanted = [], wanted
        self._waiter = asyncio.get_running_loop().create_future()
        self._transport.write(data)
        try:
            async with asyncio.timeout(self._seconds):
                await self._waiter
        finally:
            self._waiter, self._wanted = None, 0
        return self._answers

    # what the event loop calls

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        *lines, self._buffer = self._buffer.split(b"\n")
        for line in lines:
            if line[3:4] == b"-":
                continue
            if len(self._answers) >= self._wanted or not line[:3].isdigit():
                # Nobody asked, or it makes no sense: what comes next could be taken for the answer to something else.
                self._break()
                return
            self._answers.append(Answer(int(line[:3]), line[4:].strip().decode(errors="replace")))
        if len(self._buffer) > _LONGEST_ANSWER:
            self._break()
        elif self._waiter and not self._waiter.done() and len(self._answers) == self._wanted:
            self._waiter.set_result(None)

    def eof_received(self) -> None:
        self._break()

    def connection_lost(self, exc: Exception | None) -> None:
        self._break()

    def _break(self) -> None:
        self.close()
        if self._waiter and not self._waiter.done():
            self._waiter.set_exception(ConnectionResetError())
