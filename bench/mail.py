"""How many mails go out in a second, and what is left of the session check meanwhile? A full outbox, a sink, eight who ask."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time
from typing import ClassVar, Final, NamedTuple, cast

from bench.load import Connection
from bench.scenarios import populate
from bench.subject import Subject, free_port
from limen.adapters.system import SystemClock, SystemIds
from limen.domain.courier.letter import Letter, LetterStatus, TemplateType
from limen.domain.identity.addresses import Via
from limen.kernel.json_doc import JsonDoc
from limen.storage import open_storage

MAILS: Final = 2000
ASKERS: Final = 8
CALM: Final = 3.0
GREETING: Final = b"220 sink\r\n"
_KNOWN: Final = 10
_MOST_SECONDS: Final = 30.0


class Sink(asyncio.Protocol):
    """As much of a mail server as it takes to be given mails, and a count of them."""

    taken = 0
    first = last = 0.0
    waiting: ClassVar[list[asyncio.Transport]] = []
    closed = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's own are no subclass
        self.buffer, self.in_data = b"", False
        if Sink.closed:
            Sink.waiting.append(self.transport)
        else:
            self.transport.write(GREETING)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while self.buffer:
            end = b"\r\n.\r\n" if self.in_data else b"\r\n"
            said, found, rest = self.buffer.partition(end)
            if not found:
                return
            self.buffer = rest
            self.transport.write(self._answer(said))

    def _answer(self, said: bytes) -> bytes:
        if self.in_data:
            self.in_data = False
            Sink.first = Sink.first or time.perf_counter()
            Sink.last = time.perf_counter()
            Sink.taken += 1
            return b"250 taken\r\n"
        verb = said[:4].upper()
        if verb == b"EHLO":
            return b"250-sink\r\n250-PIPELINING\r\n250 SMTPUTF8\r\n"
        self.in_data = verb == b"DATA"
        return b"354 go on\r\n" if self.in_data else b"250 yes\r\n"


class MailSubject(Subject):
    """A server that sends mails to a sink."""

    def __init__(self, command: str) -> None:
        self.sink_port = free_port()
        super().__init__(command, dev=False)
        self.flags = ["--watch-courier"]
        self.dsn = str(self._config()["dsn"])

    def _config(self) -> dict[str, object]:
        uri = f"smtp://127.0.0.1:{self.sink_port}/?disable_starttls=true"
        return super()._config() | {"courier": {"smtp": {"connection_uri": uri}}}


def _letter(number: int) -> Letter:
    now = SystemClock().now()
    return Letter(
        id=str(SystemIds().uuid()),
        via=Via.EMAIL,
        status=LetterStatus.QUEUED,
        template=TemplateType.RECOVERY_CODE_VALID,
        recipient=f"person-{number}@bench.test",
        subject="Your code to get back in",
        body="Your code is 123456. " * 20,
        html="<p>Your code is <strong>123456</strong>.</p>" * 20,
        data=JsonDoc.of({"recovery_code": "123456"}),
        created_at=now,
        updated_at=now,
        due_at=now,
    )


async def fill(subject: MailSubject) -> None:
    """Messages in the outbox, before the server starts: writing them is not measured."""
    storage = await open_storage(subject.dsn)
    for begin in range(0, MAILS, 200):
        unit = storage.unit()
        for number in range(begin, min(begin + 200, MAILS)):
            unit.letters.add(_letter(number))
        await unit.commit()
    await storage.close()


class Asked(NamedTuple):
    """How often, for how long, and how many seconds of processor time the server used meanwhile for whatever it did."""

    answers: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        return self.answers / self.seconds


async def _asked(subject: Subject, tokens: list[str], until: asyncio.Event) -> Asked:
    """Session checks until the event."""
    count, begin, before = 0, time.perf_counter(), subject.cpu()

    async def asker(number: int) -> None:
        nonlocal count
        async with Connection(subject.public_port) as connection:
            header = f"x-session-token: {tokens[number % len(tokens)]}\r\n"
            while not until.is_set():
                status, _ = await connection.ask("GET", "/sessions/whoami", headers=header)
                count += status == 200

    await asyncio.gather(*map(asker, range(ASKERS)))
    return Asked(count, time.perf_counter() - begin, subject.cpu() - before)


async def post(command: str) -> dict[str, float]:
    """Mails a second while eight ask without pause, and how often they were answered then and without any mail."""
    Sink.taken, Sink.first, Sink.last, Sink.closed = 0, 0.0, 0.0, True
    subject = MailSubject(command)
    await fill(subject)
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", subject.sink_port)
    await asyncio.to_thread(subject.start)
    try:
        tokens = await populate(subject, _KNOWN)
        # The sink greets only now: nothing was sent while people signed up.
        Sink.closed = False
        for waiting in Sink.waiting:
            if not waiting.is_closing():
                waiting.write(GREETING)
        Sink.waiting.clear()
        done, taken_before = asyncio.Event(), Sink.taken

        async def watch() -> None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_MOST_SECONDS):
                    while Sink.taken < MAILS:  # noqa: ASYNC110 (the sink has nobody to tell)
                        await asyncio.sleep(0.01)
            done.set()

        watching = asyncio.get_running_loop().create_task(watch())
        busy = await _asked(subject, tokens, done)
        await watching
        mails = max(Sink.taken - taken_before, 1)
        rate = Sink.taken / max(Sink.last - Sink.first, 1e-9)
        over = asyncio.Event()
        asyncio.get_running_loop().call_later(CALM, over.set)
        calm = await _asked(subject, tokens, over)
        server.close()
    finally:
        await asyncio.to_thread(subject.stop)
    found = {
        "mails per second": rate,
        # What is left when the session checks are taken off, at what one costs without mails beside it.
        "CPU µs per mail": (busy.cpu - busy.answers * calm.cpu / max(calm.answers, 1)) / mails * 1e6,
        "whoami per second with mails": busy.rate,
        "whoami per second without": calm.rate,
        "load average": os.getloadavg()[0],
    }
    print(json.dumps({what: round(value) for what, value in found.items()}, ensure_ascii=False), flush=True)
    return found
