"""Does every web hook whose answer is ignored arrive, however often the server is killed between commit and delivery?

`make kills` kills two hundred times; the suite a few times, since each kill costs a start.
"""

import asyncio
import json
import os
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Self

import httpx  # noqa: TID251 - the tests are outside
import pytest

from doubles.sink import program
from limen.kernel.json_doc import JsonObject
from server.person import Person, address
from server.running import RunningServer, pause

KILLS: Final = int(os.environ.get("LIMEN_KILLS", "4"))  # noqa: TID251 (how often is up to who runs it)
WRITERS: Final = 3
CUTS: Final = (0.05, 0.3, 0.12, 0.45, 0.02, 0.2, 0.08)
"""Seconds between the first account of a round and the kill: now before the first call, now among many."""
SECONDS_TO_ARRIVE: Final = 120.0


class Target:
    """A program that is told of every account, and takes its time, so that a kill finds calls under way."""

    def __init__(self) -> None:
        self.keys: defaultdict[str, list[str]] = defaultdict(list)
        """The keys of the calls, by the person that they told of."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop
        ).result()
        self._server, self.port = server, server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0.05), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                headers = dict(line.lower().split(": ", 1) for line in head.strip().split("\r\n")[1:])
                body = json.loads(await reader.readexactly(int(headers["content-length"])))
                self.keys[body["email"]].append(headers["idempotency-key"])
                await asyncio.sleep(0.03)
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()


def told_of_every_account(port: int) -> JsonObject:
    hook: JsonObject = {
        "hook": "web_hook",
        "config": {
            "id": "crm",
            "url": f"http://127.0.0.1:{port}/",
            "method": "POST",
            "body": program("function(ctx) {email: ctx.identity.traits.email}"),
            "response": {"ignore": True},
        },
    }
    return {
        "selfservice": {"flows": {"registration": {"after": {"password": {"hooks": [hook, {"hook": "session"}]}}}}},
        "clients": {"web_hook": {"timeout": "2s", "deliveries": {"first_pause": "1s", "longest_pause": "1s"}}},
    }


class Newcomers:
    """People who sign up one after the other until the server is gone; `acknowledged` got a 200."""

    def __init__(self, public: str) -> None:
        self._public = public
        self.acknowledged: list[str] = []
        self.first = threading.Event()

    def come(self) -> None:
        while True:
            with Person(self._public, seconds=5) as person:
                email = address("told")
                try:
                    answer = person.sign_up(email)
                except httpx.HTTPError:
                    return
                assert answer.status_code == httpx.codes.OK, answer.text
                self.acknowledged.append(email)
                self.first.set()


@pytest.mark.slow
@pytest.mark.timeout(120 + 20 * KILLS)
@pytest.mark.covers("WH-07")
def test_every_ignored_hook_arrives_at_least_once_and_with_one_key(tmp_path: Path) -> None:
    with Target() as target:
        server = RunningServer(tmp_path, told_of_every_account(target.port))
        told: list[str] = []
        caught = 0
        for cut in range(KILLS):
            server.start()
            newcomers = Newcomers(server.public)
            with ThreadPoolExecutor(WRITERS) as pool:
                running = [pool.submit(newcomers.come) for _ in range(WRITERS)]
                assert newcomers.first.wait(30), server.tail()
                pause(CUTS[cut % len(CUTS)])
                server.kill()
                for one in running:
                    one.result(30)
            told += newcomers.acknowledged
            caught += len(set(newcomers.acknowledged) - set(target.keys))
        with server:
            for _ in range(int(SECONDS_TO_ARRIVE / 0.2)):
                if set(told) <= set(target.keys) and not waiting(server):
                    break
                pause(0.2)
            assert waiting(server) == []
        assert len(told) >= KILLS
        assert caught, "no kill came between a commit and its delivery: the test shows nothing"
        assert set(told) <= set(target.keys), "a call was lost"
        assert {email: keys for email, keys in target.keys.items() if len(set(keys)) > 1} == {}
        assert "Traceback" not in server.log


def waiting(server: RunningServer) -> list[JsonObject]:
    """What has not arrived yet."""
    found: list[JsonObject] = []
    for status in ("waiting", "sending", "dead"):
        answer = httpx.get(f"{server.admin}/admin/hooks/deliveries?status={status}", timeout=30, trust_env=False)
        found += answer.json()
    return found
