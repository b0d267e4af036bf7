"""What does the server say to bytes that no HTTP library would send?"""
# ruff: noqa: TID251 - a socket is the point

import contextlib
import socket
from typing import Final, Self

import msgspec

from limen.kernel.json_doc import JsonValue

SECONDS: Final = 20.0
_HEAD_END: Final = b"\r\n\r\n"


class RawAnswer(msgspec.Struct, frozen=True):
    """An answer as it was on the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> JsonValue:
        value: JsonValue = msgspec.json.decode(self.body)
        return value


class Line:
    """One connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)

    def say(self, piece: bytes) -> None:
        """Send; a server that hung up meanwhile is found out by `rest`."""
        with contextlib.suppress(ConnectionError):
            self._socket.sendall(piece)

    def rest(self) -> bytes:
        """Everything that comes until the server hangs up. Raises TimeoutError when it does neither."""
        found = bytearray()
        with contextlib.suppress(ConnectionResetError):
            while piece := self._socket.recv(65536):
                found += piece
        return bytes(found)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()


def exchange(port: int, request: bytes) -> RawAnswer:
    """Send a request that asks for the connection to be closed, and read the answer. Fails when there is none."""
    with Line(port) as line:
        line.say(request)
        return read(line.rest())


def read(raw: bytes) -> RawAnswer:
    """The first answer in these bytes. Fails when they hold none."""
    head, end, body = raw.partition(_HEAD_END)
    assert end, f"no answer: {raw[:200]!r}"
    first, *lines = head.decode("latin-1").split("\r\n")
    protocol, status = first.split(" ")[:2]
    assert protocol == "HTTP/1.1", first
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return RawAnswer(int(status), headers, body)


def request(method: str, target: str, body: bytes = b"", *headers: tuple[bytes, bytes]) -> bytes:
    """A request as bytes, its length told and the connection closed after it; the rest is up to `headers`."""
    own = [(b"host", b"127.0.0.1"), (b"connection", b"close"), *headers]
    if body or method not in {"GET", "HEAD"}:
        own.append((b"content-length", str(len(body)).encode()))
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in own)
    return f"{method} {target} HTTP/1.1\r\n".encode("latin-1", "replace") + lines + b"\r\n" + body
