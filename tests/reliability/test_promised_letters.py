"""Does everybody who was told that a message is on its way get one, when the server is killed right after it said so?"""

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import httpx  # noqa: TID251 - the tests are outside
import pytest

from limen.kernel.json_doc import JsonObject
from server.person import Person
from server.running import RunningServer, pause

ASKERS: Final = 4
CUTS: Final = (0.05, 0.2, 0.1)
"""Seconds between the first promise and each cut."""
PEOPLE: Final = 600
LONGEST: Final = 40.0
"""Seconds until the last of them has a message: a promise is taken up after 10 s, at the next look."""
OVER: Final[JsonObject] = {
    "selfservice": {"flows": {"recovery": {"enabled": True}}, "methods": {"code": {"enabled": True}}},
    "log": {"level": "warning"},
}


def someone(number: int) -> str:
    return f"forgetful.{number}@example.org"


def peopled(server: RunningServer) -> None:
    """Enough people that nobody asks twice."""
    for first in range(0, PEOPLE, 200):
        people = [
            {"create": {"schema_id": "default", "traits": {"email": someone(number)}}}
            for number in range(first, first + 200)
        ]
        answer = httpx.patch(f"{server.admin}/admin/identities", json={"identities": people}, trust_env=False)
        assert answer.is_success, answer.text


class Forgetful:
    """People who ask for a code one after the other until the server is gone; `promised` were told that one is on its way."""

    def __init__(self, public: str, people: Iterator[str]) -> None:
        self._public = public
        self._people = people
        self._turn = threading.Lock()
        self.promised: list[str] = []
        self.others: list[int] = []
        self.first = threading.Event()

    def come(self) -> None:
        with Person(self._public, seconds=10) as person:
            while True:
                with self._turn:
                    email = next(self._people)
                try:
                    form = person.start("recovery")
                    answer = person.send(form.json(), method="code", email=email)
                except httpx.HTTPError:
                    return
                if answer.status_code != httpx.codes.OK:
                    self.others.append(answer.status_code)
                    return
                self.promised.append(email)
                self.first.set()


def written(server: RunningServer) -> Counter[str]:
    """How many messages the outbox holds for each person."""
    with sqlite3.connect(f"file:{server.database}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT recipient FROM letters WHERE template = 'recovery_code_valid'").fetchall()
    return Counter(str(recipient) for (recipient,) in rows)


def owed(server: RunningServer) -> int:
    with sqlite3.connect(f"file:{server.database}?mode=ro", uri=True) as database:
        (count,) = database.execute("SELECT count(*) FROM asked").fetchone()
    return int(count)


def until(seen: Callable[[], bool]) -> None:
    for _ in range(int(LONGEST / 0.2)):
        if seen():
            return
        pause(0.2)
    raise AssertionError(f"still not after {LONGEST} s")


@pytest.mark.slow
@pytest.mark.covers("SEC-08", "COU-01")
def test_everybody_who_was_promised_a_message_gets_exactly_one(tmp_path: Path) -> None:
    server = RunningServer(tmp_path, OVER)
    people = (someone(number) for number in range(PEOPLE))
    promised, left_over = list[str](), 0
    with server:
        peopled(server)
    for seconds in CUTS:
        server.start()
        forgetful = Forgetful(server.public, people)
        with ThreadPoolExecutor(ASKERS) as pool:
            running = [pool.submit(forgetful.come) for _ in range(ASKERS)]
            assert forgetful.first.wait(30), server.tail()
            pause(seconds)
            server.kill()
            for one in running:
                one.result(30)
        assert forgetful.others == []
        promised += forgetful.promised
        left_over += owed(server)
    assert left_over > 0, "every cut came too late to show anything"
    with server:
        until(lambda: owed(server) == 0)
        found = written(server)
    assert [email for email in promised if found[email] != 1] == []
    assert max(found.values()) == 1
    assert "Traceback" not in server.log
