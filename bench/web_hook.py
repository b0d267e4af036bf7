"""What does a sign-up cost with a web hook that can refuse it? The same sign-up without and with one, to a local target."""

from __future__ import annotations

import asyncio
import statistics
import time
from pathlib import Path

from bench.database import used
from bench.load import Connection, Figures
from bench.scenarios import form, sign_up, submit
from bench.subject import Subject

ROUNDS = 150
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
BODY = "base64://ZnVuY3Rpb24oY3R4KSB7IHVzZXI6IGN0eC5pZGVudGl0eS50cmFpdHMuZW1haWwsIGZsb3c6IGN0eC5mbG93LmlkIH0="
"""function(ctx) { user: ctx.identity.traits.email, flow: ctx.flow.id }"""


async def web_hook(command: str) -> dict[str, float]:
    """Milliseconds (median) and processor time of a sign-up without and with the hook, and of the target alone."""
    target = await asyncio.start_server(_answer, "127.0.0.1", 0)
    port = int(target.sockets[0].getsockname()[1])
    hook = {"url": f"http://127.0.0.1:{port}/", "method": "POST", "body": BODY, "response": {"parse": True}}
    plain, hooked = Subject(command).start(), Subject(command, web_hook=hook).start()
    try:
        without, with_hook = Figures("without"), Figures("with")
        async with Connection(plain.public_port) as first, Connection(hooked.public_port) as second:
            for number in range(-10, ROUNDS):  # some before anything is measured; then in turns, under the same weather
                await _signed_up(first, number, plain, without)
                await _signed_up(second, number, hooked, with_hook)
        alone = await _alone(port)
    finally:
        plain.stop()
        hooked.stop()
        target.close()
    before, after = without.at(0.5), with_hook.at(0.5)
    found = {
        "sign-up, ms": before,
        "sign-up with a web hook, ms": after,
        "the target alone, ms": alone,
        "cost of the hook, times": (after - alone) / before,
        "sign-up, CPU µs": without.cost,
        "sign-up with a web hook, CPU µs": with_hook.cost,
    }
    print("  ".join(f"{what}: {value:.2f}" for what, value in found.items()))
    return found


async def _signed_up(connection: Connection, number: int, subject: Subject, figures: Figures) -> None:
    flow = await form(connection, "registration")
    used, begin = _cpu(subject), time.perf_counter()
    good, answer = await submit(connection, "registration", flow, sign_up(number, "hooked"))
    if not good:
        raise SystemExit(f"a sign-up failed: {answer!r}")
    if number >= 0:
        figures.latencies.append(time.perf_counter() - begin)
        figures.cpu += _cpu(subject) - used


def _cpu(subject: Subject) -> float:
    """Seconds of processor time of the server and of the children that run its programs."""
    assert subject.process is not None
    own = subject.process.pid
    children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
    return subject.cpu() + sum(used(int(child)) for child in children)


async def _alone(port: int) -> float:
    spent: list[float] = []
    async with Connection(port) as connection:
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            await connection.ask("POST", "/", b'{"user": "member-1@bench.test"}')
            spent.append(time.perf_counter() - begin)
    return statistics.median(spent) * 1000


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            lines = head.lower().split(b"\r\n")
            length = next((int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length")), 0)
            await reader.readexactly(length)
            writer.write(ANSWER)
    except (asyncio.IncompleteReadError, OSError):
        writer.close()
