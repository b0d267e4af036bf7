"""Does signing in stay within its bounds, so that a rush of it takes neither the memory nor everybody else's time?"""
# ruff: noqa: TID251 - durations and processors are what is tested

import os
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from server.crowd import at_once
from server.person import PASSWORD, People, Person, address
from server.running import RunningServer

MEGABYTE = 1024 * 1024
RUSH = 12
HUNDRED = 100
MEMORY_OF_ONE = 48


@pytest.mark.slow
def test_beyond_the_queue_people_are_asked_to_come_back_while_sessions_are_checked_at_once(tmp_path: Path) -> None:
    dear = {"hashers": {"algorithm": "bcrypt", "bcrypt": {"cost": 13}, "queue": 2}}
    with RunningServer(tmp_path, dear) as server, Person(server.public) as known:
        assert known.sign_up(address()).status_code == 200
        one_sign_in = seconds_of_a_sign_in(server)
        over = threading.Event()
        answers: list[httpx.Response] = []

        def rush(_: int) -> None:
            with Person(server.public) as stranger:
                while not over.is_set():
                    answers.append(stranger.sign_in("nobody@example.org"))
                    over.wait(0.02)

        with ThreadPoolExecutor(RUSH) as pool:
            rushing = [pool.submit(rush, number) for number in range(RUSH)]
            checks = durations_of_checks(known, at_least=4 * one_sign_in)
            over.set()
            for one in rushing:
                one.result(60)
    turned_away = [answer for answer in answers if answer.status_code == 503]
    assert {answer.status_code for answer in answers} == {400, 503}
    assert turned_away
    for answer in turned_away:
        assert 1 <= int(answer.headers["retry-after"]) <= 30
        assert answer.json()["error"]["code"] == 503
    assert statistics.median(checks) < one_sign_in / 3


def seconds_of_a_sign_in(server: RunningServer) -> float:
    with Person(server.public) as stranger:
        start = time.monotonic()
        assert stranger.sign_in("nobody@example.org").status_code == 400
        return time.monotonic() - start


def durations_of_checks(person: Person, *, at_least: float) -> list[float]:
    found = []
    end = time.monotonic() + at_least
    while time.monotonic() < end:
        start = time.monotonic()
        assert person.whoami().status_code == 200
        found.append(time.monotonic() - start)
        threading.Event().wait(0.005)
    return found


@pytest.mark.slow
def test_a_hundred_argon2id_sign_ins_at_once_do_not_multiply_memory(tmp_path: Path, people: People) -> None:
    argon2 = {"memory": f"{MEMORY_OF_ONE}MB", "iterations": 1, "parallelism": 1}
    hashers = {"hashers": {"algorithm": "argon2", "argon2": argon2, "queue": HUNDRED}}
    with RunningServer(tmp_path, hashers) as server:
        email = address()
        with Person(server.public) as first:
            assert first.sign_up(email).status_code == 200
            assert first.sign_in(email).status_code == 200
        idle = server.memory()
        crowd = [people(server.public) for _ in range(HUNDRED)]
        flows = [person.start("login").json() for person in crowd]
        answers = at_once(
            list(zip(crowd, flows, strict=True)),
            lambda one: one[0].send(one[1], identifier=email, password=PASSWORD),
        )
        assert [answer.status_code for answer in answers] == [200] * HUNDRED
        most = server.memory("VmHWM")
    at_a_time = os.cpu_count() or 1
    assert most < idle + (at_a_time * MEMORY_OF_ONE + 64) * MEGABYTE
