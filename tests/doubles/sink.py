"""Whom do web hooks call in a test? A real HTTP server on the loopback that keeps what it was sent and answers as told."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import msgspec
import rjsonnet

from limen.adapters.http_egress import HttpEgress
from limen.kernel.egress import HttpCall
from limen.kernel.errors import MalformedInput
from limen.kernel.json_doc import JsonDoc, JsonObject, JsonValue
from limen.ports.jsonnet import JsonnetFailed
from play import House, Outside, built
from play_config import merged


def program(text: str) -> str:
    """A Jsonnet program as an address that holds it."""
    return "base64://" + base64.b64encode(text.encode()).decode()


EVERYTHING = program("function(ctx) ctx")
"""A program that sends all that it is told."""


class QuickJsonnet:
    """Jsonnet in the test's own process: quick, and without the limits that its own tests are about."""

    async def evaluate(self, program: str, external: Mapping[str, JsonDoc]) -> JsonDoc:
        try:
            found = rjsonnet.evaluate_snippet(
                "program", program, ext_codes={name: each.text for name, each in external.items()}, max_trace=0
            )
            return JsonDoc.parse(found)
        except (RuntimeError, MalformedInput) as error:
            raise JsonnetFailed(str(error).splitlines()[0]) from error


class SinkCall(msgspec.Struct, frozen=True, kw_only=True):
    """One call that arrived. Header names are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def ctx(self) -> JsonObject:
        """The body, if it is a JSON object."""
        found: JsonValue = json.loads(self.body) if self.body else None
        return found if isinstance(found, dict) else {}


class SinkAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the sink answers; `raw` is written as it is instead, and the connection closed after it."""

    status: int = 200
    body: bytes = b"{}"
    headers: Sequence[tuple[str, str]] = ()
    raw: bytes | None = None
    endless: bool = False
    """Whether the body never ends."""
    waits_for: asyncio.Event | None = None


class Sink:
    """Answers each path with what was scripted for it, in that order; the last answer stays. Everything else gets 200 `{}`."""

    def __init__(self) -> None:
        self.calls: list[SinkCall] = []
        self.under_way = 0
        self.most_under_way = 0
        self._script: dict[str, list[SinkAnswer]] = {}
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._arrived = asyncio.Condition()

    async def start(self) -> "Sink":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for answer in (each for scripted in self._script.values() for each in scripted):
            if answer.waits_for is not None:
                answer.waits_for.set()
        for writer in tuple(self._open):
            writer.transport.abort()
        await asyncio.gather(*self._serving, return_exceptions=True)

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @property
    def paths(self) -> list[str]:
        return [call.path for call in self.calls]

    def at(self, path: str) -> list[SinkCall]:
        return [call for call in self.calls if call.path == path]

    def answers(self, path: str, status: int = 200, body: JsonValue | bytes = None, *headers: tuple[str, str]) -> None:
        content = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        self.behaves(path, SinkAnswer(status=status, body=content, headers=headers))

    def from_now_on(self, path: str, status: int = 200) -> None:
        """Forget what was scripted for a path, and answer it so."""
        self._script[path] = []
        self.answers(path, status)

    def behaves(self, path: str, answer: SinkAnswer) -> None:
        self._script.setdefault(path, []).append(answer)

    async def until(self, count: int) -> None:
        """Wait until so many calls have arrived."""
        async with asyncio.timeout(10), self._arrived:
            await self._arrived.wait_for(lambda: len(self.calls) >= count)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        if (serving := asyncio.current_task()) is not None:
            self._serving.add(serving)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                call = await self._read(head, reader)
                self.calls.append(call)
                async with self._arrived:
                    self._arrived.notify_all()
                self.under_way += 1
                self.most_under_way = max(self.most_under_way, self.under_way)
                try:
                    if not await self._answer(call, writer):
                        break
                finally:
                    self.under_way -= 1
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _read(self, head: bytes, reader: asyncio.StreamReader) -> SinkCall:
        first, *lines = head.decode("latin-1").strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        method, path, _ = first.split(" ")
        return SinkCall(method=method, path=path, headers=headers, body=body)

    async def _answer(self, call: SinkCall, writer: asyncio.StreamWriter) -> bool:
        scripted = self._script.get(call.path, [])
        answer = SinkAnswer() if not scripted else scripted.pop(0) if len(scripted) > 1 else scripted[0]
        if answer.waits_for is not None:
            await answer.waits_for.wait()
        if answer.raw is not None:
            writer.write(answer.raw)
            await writer.drain()
            return False
        headers = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
        if answer.endless:
            writer.write(f"HTTP/1.1 {answer.status} X\r\n{headers}\r\n".encode())
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()
        body = b"" if answer.status == 204 else answer.body
        writer.write(f"HTTP/1.1 {answer.status} X\r\n{headers}content-length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        return True


class Web:
    """A sink, and houses whose web hooks reach it over real connections."""

    def __init__(self, sink: Sink, egress: HttpEgress) -> None:
        self.sink = sink
        self.egress = egress

    def hook(self, path: str, *, body: str = EVERYTHING, method: str = "POST", **config: JsonValue) -> JsonObject:
        """The entry of a list of hooks that calls the sink at `path` with everything."""
        settings: JsonObject = {"url": f"{self.sink.url}{path}", "method": method, **config}
        return {"hook": "web_hook", "config": {**settings, "body": body} if body else settings}

    async def house(self, *over: JsonObject) -> House:
        document: JsonObject = {}
        for each in over:
            document = merged(document, each)
        outside = Outside(egress=self.egress, jsonnet=QuickJsonnet())
        return await built(document, outside=outside)


@asynccontextmanager
async def web_of_hooks() -> AsyncIterator[Web]:
    sink, egress = await Sink().start(), HttpEgress()
    try:
        # The first call of all loads a library, which is not what tests measure.
        await egress.send(HttpCall(method="GET", url=sink.url))
        sink.calls.clear()
        yield Web(sink, egress)
    finally:
        await egress.close()
        await sink.stop()


def refusing(*at: tuple[str, int], text: str = "no", type: str = "error") -> JsonObject:
    """The body with which a target refuses: a message with an id at each pointer (WH-10)."""
    entries: list[JsonValue] = [
        {"instance_ptr": pointer, "messages": [{"id": id, "text": text, "type": type}]} for pointer, id in at
    ]
    return {"messages": entries}
