"""How is Jsonnet run? By warm child processes that are limited, and killed when a program does not end in time."""

import asyncio
import struct
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from limen.kernel.errors import MalformedInput
from limen.kernel.json_doc import JsonDoc
from limen.ports.jsonnet import JsonnetFailed

_WORKER: Final = Path(__file__).with_name("jsonnet_worker.py")
_START_SECONDS: Final = 10.0
_MOST_ASKED: Final = 1_000
"""A child is replaced after that many programs, so that what a program leaks does not add up."""
_MAX_QUESTION_BYTES: Final = 8 * 1024 * 1024
_MAX_ANSWER_BYTES: Final = 8 * 1024 * 1024
"""One megabyte of result, escaped once more."""


class _Question(msgspec.Struct, frozen=True, kw_only=True):
    program: str
    external: Mapping[str, str]


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    ok: str | None = None
    error: str = ""


class ChildJsonnet:
    """Jsonnet in up to `children` processes, one program at a time in each; they start when they are needed.

    A program may take `seconds` of time and 512 MB of memory, write 1 MB, and reach neither files nor the environment.
    """

    def __init__(self, *, children: int = 2, seconds: float = 1.0) -> None:
        self._seconds = seconds
        self._free = asyncio.Semaphore(children)
        self._idle: list[_Child] = []
        self._closed = False

    async def evaluate(self, program: str, external: Mapping[str, JsonDoc]) -> JsonDoc:
        """The document that the program writes. Raises JsonnetFailed with the program's own words."""
        texts = {name: document.text for name, document in external.items()}
        try:
            question = msgspec.json.encode(_Question(program=program, external=texts))
        except UnicodeEncodeError as error:
            raise JsonnetFailed("The program is not valid text.") from error
        if len(question) > _MAX_QUESTION_BYTES:
            raise JsonnetFailed("The program and its variables are too large.")
        async with self._free:
            answer = await self._asked(question)
        if answer.ok is None:
            raise JsonnetFailed(answer.error)
        try:
            return JsonDoc.parse(answer.ok)
        except MalformedInput as error:
            raise JsonnetFailed("The program's result is no JSON document, or nested too deeply.") from error

    async def close(self) -> None:
        """End the children."""
        self._closed = True
        while self._idle:
            await self._idle.pop().end()

    async def _asked(self, question: bytes) -> _Answer:
        child = await self._child()
        try:
            async with asyncio.timeout(self._seconds):
                answer = await child.ask(question)
        except TimeoutError:
            await child.end()
            return _Answer(error=f"The program takes longer than {self._seconds:g} s.")
        except (OSError, asyncio.IncompleteReadError, msgspec.DecodeError):
            await child.end()
            return _Answer(error="The program needs too much memory or nests too deeply.")
        except BaseException:
            # The asker went away: whatever the child is at, nobody waits for it.
            await asyncio.shield(child.end())
            raise
        if self._closed or child.asked >= _MOST_ASKED:
            await child.end()
        else:
            self._idle.append(child)
        return answer

    async def _child(self) -> "_Child":
        while self._idle:
            child = self._idle.pop()
            if child.alive:
                return child
            await child.end()
        return await _Child.start()


class _Child:
    def __init__(self, process: Process, sink: asyncio.StreamWriter, source: asyncio.StreamReader) -> None:
        self._process = process
        self._sink = sink
        self._source = source
        self.asked = 0

    @classmethod
    async def start(cls) -> "_Child":
        # -I: neither the environment nor the working folder decides what the child imports.
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(_WORKER), stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}, close_fds=True
        )
        if process.stdin is None or process.stdout is None:
            raise JsonnetFailed("The Jsonnet process has no pipes.")
        child = cls(process, process.stdin, process.stdout)
        try:
            async with asyncio.timeout(_START_SECONDS):
                await child._answer()
        except (OSError, asyncio.IncompleteReadError, msgspec.DecodeError) as error:
            await child.end()
            raise JsonnetFailed("The Jsonnet process does not start.") from error
        except BaseException:
            await asyncio.shield(child.end())
            raise
        return child

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def ask(self, question: bytes) -> _Answer:
        self.asked += 1
        self._sink.write(struct.pack(">I", len(question)) + question)
        await self._sink.drain()
        return await self._answer()

    async def end(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()
        self._sink.close()
        with suppress(OSError):
            await self._sink.wait_closed()
        await self._process.wait()

    async def _answer(self) -> _Answer:
        (length,) = struct.unpack(">I", await self._source.readexactly(4))
        if length > _MAX_ANSWER_BYTES:
            raise msgspec.DecodeError("too large")
        return msgspec.json.decode(await self._source.readexactly(length), type=_Answer)
