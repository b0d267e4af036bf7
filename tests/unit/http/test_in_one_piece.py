"""Do the head and the body of an answer leave together, and does nothing stay behind?"""

import asyncio

from tests.unit.http.test_limits import answer, serving

from limen.http.limits import InOnePiece


class Wire(asyncio.Transport):
    """Remembers what was sent, piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.pieces.append(bytes(data))

    def close(self) -> None:
        self.closed = True


def test_the_head_waits_for_the_body() -> None:
    wire = Wire()
    answer = InOnePiece(wire)
    answer.write(b"head ")
    assert wire.pieces == []
    answer.write(b"body")
    assert wire.pieces == [b"head body"]


def test_an_empty_body_sends_the_head() -> None:
    wire = Wire()
    answer = InOnePiece(wire)
    answer.write(b"head")
    answer.write(b"")
    assert wire.pieces == [b"head"]


def test_what_follows_is_passed_on() -> None:
    wire = Wire()
    answer = InOnePiece(wire)
    for piece in (b"head ", b"one", b"two", b"three"):
        answer.write(piece)
    assert wire.pieces == [b"head one", b"two", b"three"]


def test_closing_loses_nothing() -> None:
    wire = Wire()
    answer = InOnePiece(wire)
    answer.write(b"head")
    answer.close()
    assert wire.pieces == [b"head"]
    assert wire.closed


def test_closing_before_anything_was_said_is_silent() -> None:
    wire = Wire()
    InOnePiece(wire).close()
    assert wire.pieces == []
    assert wire.closed


async def test_an_answer_to_head_has_nothing_to_wait_for() -> None:
    async with serving() as port:
        said = await answer(
            port, b"HEAD / HTTP/1.1\r\nhost: x\r\n\r\n", b"GET /then HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        )
    assert said.count(b"HTTP/1.1 200 OK") == 2
    assert said.endswith(b"GET /then 0")
