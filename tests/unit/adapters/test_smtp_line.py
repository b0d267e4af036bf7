"""Is an envelope that is told at once understood as one told step by step would be, whatever the server says to which part?"""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from limen.adapters.smtp import SmtpCarrier
from limen.config.courier import CourierConfig, SmtpDelivery
from limen.config.model import Config
from limen.ports.courier import DeliveryFailed
from unit.adapters.test_smtp import ADA, letter


class Quick:
    """A server that takes commands without being asked to wait, and answers `says` instead of yes."""

    def __init__(self) -> None:
        self.says: dict[bytes, bytes] = {}
        self.received: list[bytes] = []
        self.mails: list[bytes] = []
        self.connections = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.StreamWriter] = set()

    async def start(self) -> int:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        assert self._server is not None
        for writer in self._tasks:
            writer.close()
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._tasks.add(writer)
        writer.write(b"220 quick\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            self.received.append(line.strip())
            answer = self.says.get(verb, b"250 yes")
            if verb == b"EHLO":
                answer = b"250-quick\r\n250-PIPELINING\r\n250 SMTPUTF8"
            elif verb == b"DATA" and verb not in self.says:
                writer.write(b"354 go on\r\n")
                try:
                    self.mails.append(await reader.readuntil(b"\r\n.\r\n"))
                except asyncio.IncompleteReadError:
                    break
                answer = self.says.get(b"END", b"250-taken\r\n250 indeed")
            writer.write(answer + b"\r\n")
        writer.close()


@pytest.fixture
async def quick() -> AsyncIterator[Quick]:
    quick = Quick()
    yield quick
    await quick.stop()


@pytest.fixture
async def carrier() -> AsyncIterator[SmtpCarrier]:
    carrier = SmtpCarrier()
    yield carrier
    await carrier.close()


async def settings(quick: Quick, **smtp: object) -> Config:
    uri = f"smtp://127.0.0.1:{await quick.start()}/?disable_starttls=true"
    return Config(courier=CourierConfig(smtp=msgspec.structs.replace(SmtpDelivery(connection_uri=uri), **smtp)))


async def test_mails_arrive_whole_one_after_another_on_one_connection(quick: Quick, carrier: SmtpCarrier) -> None:
    config = await settings(quick, headers={"Cc": "copy@house.test"})
    for number in range(5):
        await carrier.deliver(config, letter(number=number, body="one\n.\n..two\n", html=""))
    assert (len(quick.mails), quick.connections) == (5, 1)
    assert all(mail.endswith(b"\r\n\r\none\r\n..\r\n...two\r\n.\r\n") for mail in quick.mails)
    assert quick.received.count(f"RCPT TO:<{ADA}>".encode()) == quick.received.count(b"RCPT TO:<copy@house.test>") == 5


@pytest.mark.covers("COU-04")
@pytest.mark.parametrize("verb", [b"MAIL", b"RCPT", b"DATA", b"END"])
@pytest.mark.parametrize(("answer", "final"), [(b"550 no", True), (b"451 later", False), (b"535 who are you", False)])
async def test_a_refusal_of_any_part_is_one_of_the_message(
    quick: Quick, carrier: SmtpCarrier, verb: bytes, answer: bytes, *, final: bool
) -> None:
    config = await settings(quick)
    quick.says[verb] = answer
    with pytest.raises(DeliveryFailed) as caught:
        await carrier.deliver(config, letter())
    assert (caught.value.final, answer[:3].decode() in caught.value.reason) == (final, True)
    # Nothing of a refused message is taken, and nothing of it spoils the next.
    assert len(quick.mails) == (1 if verb == b"END" else 0)
    quick.says.clear()
    await carrier.deliver(config, letter(number=2))
    assert b"000000000002@" in quick.mails[-1]


@pytest.mark.parametrize("answer", [b"nonsense", b"250 yes\r\n250 and one more", b"250-never ends" * 5000])
async def test_answers_that_make_no_sense_break_the_connection(
    quick: Quick, carrier: SmtpCarrier, answer: bytes
) -> None:
    config = await settings(quick)
    quick.says[b"RCPT"] = answer
    with pytest.raises(DeliveryFailed) as caught:
        await carrier.deliver(config, letter())
    assert not caught.value.final


@pytest.mark.parametrize("sender", ["a@x>\r\nRCPT TO:<b@x", "a@x\r\nDATA", "a b@x", "<a@x>"])
async def test_a_sender_cannot_smuggle_a_command(quick: Quick, carrier: SmtpCarrier, sender: str) -> None:
    config = await settings(quick, from_address=sender)
    with pytest.raises(DeliveryFailed):
        await carrier.deliver(config, letter())
    assert not [line for line in quick.received if line[:4] in {b"MAIL", b"RCPT", b"DATA"}]
