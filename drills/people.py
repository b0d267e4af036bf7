"""Do others notice when 500 people sign in at once, or when 400 connections send a byte now and then?"""

# ruff: noqa: TID251 - drills are outside, in real time

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

from bench.load import Connection, Figures
from bench.scenarios import form, sign_in, sign_up, submit

from drills.houses import on_file
from server.running import RunningServer

PEOPLE, LORISES, ASKERS, KNOWN = 500, 400, 8, 10
CALM = 2.0
MOST = 90.0
"""Seconds after which nobody tries again: hashes give way to whatever else the machine has to do."""


def sign_ins_at_once(folder: Path) -> str:
    """At bcrypt cost 10. Who is told to come back does so, until they are in or the time is over."""
    with on_file(folder, {"hashers": {"bcrypt": {"cost": 10}}}) as server:
        return asyncio.run(_crowd(server))


def slow_loris(folder: Path) -> str:
    with on_file(folder) as server:
        return asyncio.run(_lorises(server))


async def _known(server: RunningServer) -> list[str]:
    """People who signed up; their tokens."""
    tokens = []
    async with Connection(server.public_port) as connection:
        for number in range(KNOWN):
            _, answer = await submit(
                connection, "registration", await form(connection, "registration"), plain(sign_up(number, "member"))
            )
            tokens.append(str(json.loads(answer)["session_token"]))
    return tokens


def plain(body: bytes) -> bytes:
    """A sign-up for the schema in the box, which knows names as one word."""
    said = json.loads(body)
    said["traits"] = {"email": said["traits"]["email"]}
    return json.dumps(said).encode()


async def _asking(server: RunningServer, tokens: list[str], over: asyncio.Event) -> Figures:
    """Session checks all the while; every one has to be answered."""
    figures = Figures("whoami")

    async def asker(number: int) -> None:
        async with Connection(server.public_port) as connection:
            header = f"x-session-token: {tokens[number % KNOWN]}\r\n"
            while not over.is_set():
                begin = time.perf_counter()
                status, _ = await connection.ask("GET", "/sessions/whoami", headers=header)
                figures.latencies.append(time.perf_counter() - begin)
                figures.failures += status != 200
                await asyncio.sleep(0.01)

    await asyncio.gather(*map(asker, range(ASKERS)))
    return figures


async def _calm(server: RunningServer, tokens: list[str]) -> Figures:
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(CALM, over.set)
    return await _asking(server, tokens, over)


async def _crowd(server: RunningServer) -> str:
    tokens = await _known(server)
    calm = await _calm(server, tokens)
    over, later, wrong, entered = asyncio.Event(), 0, list[int](), list[float]()
    asking = asyncio.create_task(_asking(server, tokens, over))

    async def enters(number: int) -> None:
        nonlocal later
        async with Connection(server.public_port) as connection:
            path = f"/self-service/login?flow={await form(connection, 'login')}"
            while time.perf_counter() - begin < MOST:
                status, _ = await connection.ask("POST", path, sign_in(number % KNOWN))
                if status == 200:
                    entered.append(time.perf_counter() - begin)
                    return
                if status != 503:
                    wrong.append(status)
                    return
                later += 1
                await asyncio.sleep(3 + number % 100 / 50)  # about what the Retry-After asks

    begin = time.perf_counter()
    await asyncio.gather(*map(enters, range(PEOPLE)))
    over.set()
    asked = await asking
    assert not wrong, f"{len(wrong)} sign-ins were refused: {wrong[:5]}"
    assert not asked.failures, f"{asked.failures} session checks failed"
    assert entered, "nobody got in"
    return (
        f"{len(entered)} of {PEOPLE} in after {max(entered):.0f} s, {later} times told to come back; "
        f"whoami p99 {asked.at(0.99):.1f} ms (alone {calm.at(0.99):.1f})"
    )


async def _lorises(server: RunningServer) -> str:
    tokens = await _known(server)
    calm = await _calm(server, tokens)
    over = asyncio.Event()
    asking = asyncio.create_task(_asking(server, tokens, over))

    async def loris() -> float:
        begin = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", server.public_port)
        writer.write(b"GET /sessions/whoami HTTP/1.1\r\nhost: drill\r\nx-slow: ")

        async def drip() -> None:
            while True:
                await asyncio.sleep(0.5)
                writer.write(b"a")

        dripping = asyncio.create_task(drip())
        try:
            await asyncio.wait_for(reader.read(), 30)
        except ConnectionError:
            pass
        finally:
            dripping.cancel()
            writer.close()
        return time.perf_counter() - begin

    spans = await asyncio.gather(*(loris() for _ in range(LORISES)))
    over.set()
    asked = await asking
    assert not asked.failures, f"{asked.failures} session checks failed"
    return (
        f"{LORISES} connections sent off after {max(spans):.1f} s at the latest; "
        f"whoami p99 {asked.at(0.99):.1f} ms (alone {calm.at(0.99):.1f})"
    )
