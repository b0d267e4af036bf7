"""How is load made? Keep-alive connections of our own, as many as wanted, each asking its questions one after another."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Protocol, Self

from bench.database import Place


@dataclass
class Figures:
    """What a run came to."""

    name: str
    latencies: list[float] = field(default_factory=list[float])
    seconds: float = 0.0
    cpu: float = 0.0
    database: float = 0.0
    """Seconds of the processes of a database of its own."""
    failures: int = 0

    def at(self, share: float) -> float:
        """The latency in milliseconds that this share of requests stayed below."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else 0.0

    @property
    def cost(self) -> float:
        """Microseconds of the server's processor time for each request."""
        return self.cpu / len(self.latencies) * 1e6

    @property
    def database_cost(self) -> float:
        """Microseconds of the database's processor time for each request."""
        return self.database / len(self.latencies) * 1e6

    @property
    def row(self) -> str:
        count = len(self.latencies)
        latency = f"{self.at(0.5):>9.2f}{self.at(0.99):>9.2f}"
        return f"{self.name:<24}{count:>8}{count / self.seconds:>10.0f}{latency}{self.cost:>12.0f}{self.database_cost:>9.0f}{self.failures:>9}"


HEADER = f"{'scenario':<24}{'requests':>8}{'req/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'CPU µs/req':>12}{'database':>9}{'failures':>9}"


class Connection:
    """One HTTP/1.1 connection that stays open."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def __aenter__(self) -> Self:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()

    async def ask(self, method: str, path: str, body: bytes = b"", headers: str = "") -> tuple[int, bytes]:
        """The status and the body."""
        kind = "content-type: application/json\r\n" if body else ""
        head = f"{method} {path} HTTP/1.1\r\nhost: bench\r\naccept: application/json\r\n{kind}content-length: {len(body)}\r\n{headers}\r\n"
        self.writer.write(head.encode() + body)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        length, chunked = 0, False
        for line in answer.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            elif name.lower() == b"transfer-encoding":
                chunked = True
        text = await self._chunks() if chunked else await self.reader.readexactly(length)
        return int(answer[9:12]), text

    async def _chunks(self) -> bytes:
        parts: list[bytes] = []
        while size := int(await self.reader.readline(), 16):
            parts.append(await self.reader.readexactly(size))
            await self.reader.readexactly(2)
        await self.reader.readexactly(2)
        return b"".join(parts)


Work = Callable[[Connection, int], AsyncIterator[bool]]
"""What one client does in round n: yields after each request that counts, true if it went well."""


@dataclass(frozen=True)
class Plan:
    """One scenario: who asks what, over how many connections, of which listener."""

    name: str
    clients: int
    work: Work
    admin: bool = False


class Measured(Protocol):
    """A server, as far as load needs to know it."""

    public_port: int
    admin_port: int
    place: Place

    def cpu(self) -> float: ...


async def run(plan: Plan, subject: Measured, rounds: int) -> Figures:
    """Let the connections do the work for `rounds` rounds each."""
    figures = Figures(plan.name)
    port = subject.admin_port if plan.admin else subject.public_port

    async def client(number: int) -> None:
        async with Connection(port) as connection:
            for at in range(rounds):
                begin = time.perf_counter()
                async for good in plan.work(connection, number * rounds + at):
                    figures.latencies.append(time.perf_counter() - begin)
                    figures.failures += not good
                    begin = time.perf_counter()

    before, database, begin = subject.cpu(), subject.place.cpu(), time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(plan.clients)))
    figures.seconds, figures.cpu = time.perf_counter() - begin, subject.cpu() - before
    figures.database = subject.place.cpu() - database
    return figures
