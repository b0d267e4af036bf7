"""Is what was acknowledged still there when the server is killed under load?"""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx  # noqa: TID251 - the tests are outside
import pytest

from server.crowd import at_once
from server.person import Person, address
from server.running import RunningServer, pause

KILLS = 6
WRITERS = 4
CUTS = (0.15, 0.4, 0.25, 0.6, 0.35, 0.5)
"""Seconds of load before each cut."""


class Newcomers:
    """People who sign up one after the other until the server is gone; `acknowledged` got a 200."""

    def __init__(self, public: str) -> None:
        self._public = public
        self.acknowledged: list[tuple[str, str]] = []
        self.refused: list[int] = []
        self.first = threading.Event()

    def come(self) -> None:
        while True:
            with Person(self._public, seconds=5) as person:
                email = address("cut")
                try:
                    answer = person.sign_up(email)
                except httpx.HTTPError:
                    return
                if answer.status_code != httpx.codes.OK:
                    self.refused.append(answer.status_code)
                    return
                self.acknowledged.append((email, person.token))
                self.first.set()


@pytest.mark.slow
def test_every_acknowledged_account_and_session_survives_kills(tmp_path: Path) -> None:
    server = RunningServer(tmp_path)
    survivors: list[tuple[str, str]] = []
    for seconds in CUTS[:KILLS]:
        server.start()
        newcomers = Newcomers(server.public)
        with ThreadPoolExecutor(WRITERS) as pool:
            running = [pool.submit(newcomers.come) for _ in range(WRITERS)]
            assert newcomers.first.wait(30), server.tail()
            pause(seconds)
            server.kill()
            for one in running:
                one.result(30)
        assert newcomers.refused == []
        survivors += newcomers.acknowledged
    assert len(survivors) > KILLS
    with server:
        lost = at_once([survivors[part::WRITERS] for part in range(WRITERS)], lambda some: missing(server.public, some))
    assert lost == [[]] * WRITERS
    assert "Traceback" not in server.log


def missing(public: str, people: list[tuple[str, str]]) -> list[str]:
    """Who of these cannot sign in, or has lost the session that came with the account."""
    found = []
    for email, token in people:
        with Person(public) as person:
            person.token = token
            if person.whoami().status_code != httpx.codes.OK or person.sign_in(email).status_code != httpx.codes.OK:
                found.append(email)
    return found
