"""Do others notice when the target of somebody's web hook hangs?"""
# ruff: noqa: TID251 - drills are outside, in real time

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from bench.load import Connection, Figures
from bench.scenarios import form, sign_in, sign_up, submit

from drills.houses import on_file
from drills.people import plain
from limen.kernel.json_doc import JsonObject, JsonValue
from server.running import RunningServer

WAITING, KNOWN, OTHERS = 20, 10, 4
SECONDS = 6.0
GIVEN_UP = 504
"""What whoever waits for the target is told in the end."""


def target_hangs(folder: Path) -> str:
    """Twenty sign-ups wait for a target that takes the call and says nothing; others sign in meanwhile."""
    return asyncio.run(_hanging(folder))


def _house(folder: Path, port: int) -> RunningServer:
    hook: JsonObject = {"url": f"http://127.0.0.1:{port}/", "method": "POST", "response": {"parse": True}}
    hooks: JsonValue = [{"hook": "web_hook", "config": hook}, {"hook": "session"}]
    over: JsonObject = {
        "clients": {"web_hook": {"timeout": "8s"}},
        "selfservice": {"flows": {"registration": {"after": {"password": {"hooks": hooks}}}}},
    }
    return on_file(folder, over)


async def _hanging(folder: Path) -> str:
    quick, called = True, 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal called
        await reader.readuntil(b"\r\n\r\n")
        called += 1
        if quick:
            writer.write(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
        else:
            await reader.read()
        writer.close()

    target = await asyncio.start_server(answer, "127.0.0.1", 0)
    server = _house(folder, int(target.sockets[0].getsockname()[1]))
    await asyncio.to_thread(server.start)
    try:
        async with Connection(server.public_port) as connection:
            for number in range(KNOWN):
                flow = await form(connection, "registration")
                good, said = await submit(connection, "registration", flow, plain(sign_up(number, "member")))
                assert good, said
        calm = await _sign_ins(server)
        quick, before = False, called
        waiting = [asyncio.create_task(_newcomer(server, number)) for number in range(WAITING)]
        while called < before + WAITING:  # noqa: ASYNC110 (the target has nobody to tell)
            await asyncio.sleep(0.01)
        meanwhile = await _sign_ins(server)
        statuses = await asyncio.gather(*waiting)
    finally:
        target.close()
        await asyncio.to_thread(server.stop)
    assert not calm.failures + meanwhile.failures, f"{meanwhile.failures} sign-ins of others failed"
    assert set(statuses) == {GIVEN_UP}, f"the sign-ups were answered {sorted(set(statuses))}"
    return (
        f"{WAITING} sign-ups wait for the target: sign-in of others p99 {meanwhile.at(0.99):.0f} ms "
        f"(before {calm.at(0.99):.0f}); then told {GIVEN_UP}"
    )


async def _newcomer(server: RunningServer, number: int) -> int:
    async with Connection(server.public_port) as connection:
        flow = await form(connection, "registration")
        body = plain(sign_up(number, "newcomer"))
        status, _ = await connection.ask("POST", f"/self-service/registration?flow={flow}", body)
        return status


async def _sign_ins(server: RunningServer) -> Figures:
    figures, end = Figures("sign-in"), time.perf_counter() + SECONDS

    async def one(number: int) -> None:
        async with Connection(server.public_port) as connection:
            while time.perf_counter() < end:
                begin = time.perf_counter()
                good, _ = await submit(connection, "login", await form(connection, "login"), sign_in(number % KNOWN))
                figures.latencies.append(time.perf_counter() - begin)
                figures.failures += not good
                await asyncio.sleep(0.02)

    await asyncio.gather(*map(one, range(OTHERS)))
    return figures
