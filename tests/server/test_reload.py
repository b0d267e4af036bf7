"""Is a configuration that is rewritten under a running server in force within two seconds, and a broken one never?"""
# ruff: noqa: TID251 - real time is what is tested

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml

from limen.kernel.json_doc import JsonValue
from play_config import merged
from server.person import Person, address
from server.running import RunningServer, pause

IN_FORCE = 2.0
SLACK = 2.0
"""For a machine that is busy with other tests."""
REFUSED = "the changed configuration is refused"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with RunningServer(tmp_path_factory.mktemp("reload"), {"revision": "first"}) as running:
        yield running


def revision(server: RunningServer) -> str:
    return httpx.get(f"{server.admin}/admin/health/config", trust_env=False).text


def changed(server: RunningServer, **over: JsonValue) -> None:
    server.write(merged(server.config, over))


def seconds_until(server: RunningServer, wanted: str) -> float:
    start = time.monotonic()
    while revision(server) != wanted:
        assert time.monotonic() - start < IN_FORCE + SLACK, server.tail()
        pause(0.02)
    return time.monotonic() - start


def refusals(server: RunningServer, more_than: int) -> int:
    deadline = time.monotonic() + IN_FORCE + SLACK
    while server.log.count(REFUSED) <= more_than:
        assert time.monotonic() < deadline, server.tail()
        pause(0.02)
    return server.log.count(REFUSED)


@pytest.mark.covers("CFG-04", "CFG-16")
def test_a_valid_change_is_in_force_and_shown(server: RunningServer) -> None:
    changed(server, revision="second", selfservice={"flows": {"registration": {"enabled": False}}})
    assert seconds_until(server, "second") < IN_FORCE + SLACK
    with Person(server.public) as person:
        assert person.start("registration").status_code == 400
        changed(server, revision="third")
        seconds_until(server, "third")
        assert person.start("registration").status_code == 200


@pytest.mark.covers("CFG-04")
@pytest.mark.parametrize(
    "broken", ["", "serve: [", "selfservice: {flows: {login: {lifespan: soon}}}", "no_such_key: 1"],
    ids=["empty", "half", "invalid", "unknown"],
)  # fmt: skip
def test_a_broken_change_leaves_the_old_one_in_force(server: RunningServer, broken: str) -> None:
    changed(server, revision="whole")
    seconds_until(server, "whole")
    before = server.log.count(REFUSED)
    text = broken if broken in {"", "serve: ["} else yaml.safe_dump(merged(server.config, yaml.safe_load(broken)))
    server.write(text)
    refusals(server, before)
    assert revision(server) == "whole"
    with Person(server.public) as person:
        assert person.sign_up(address()).status_code == 200
    changed(server, revision="mended")
    seconds_until(server, "mended")


@pytest.mark.covers("CFG-04")
def test_a_file_that_is_written_slowly_is_waited_for(server: RunningServer) -> None:
    whole = yaml.safe_dump(merged(server.config, {"revision": "slowly"}), sort_keys=False)
    before = server.log.count(REFUSED)
    with server.file.open("w") as file:
        for end in (0, len(whole) // 3, len(whole)):
            file.write(whole[file.tell() : end])
            file.flush()
            pause(0.06)
    seconds_until(server, "slowly")
    assert server.log.count(REFUSED) == before


@pytest.mark.covers("CFG-04")
def test_no_request_is_dropped_by_changes(server: RunningServer) -> None:
    with Person(server.public) as person:
        assert person.sign_up(address()).status_code == 200
        for number in range(3):
            changed(server, revision=f"r{number}")
            start = time.monotonic()
            while revision(server) != f"r{number}":
                assert person.whoami().status_code == 200
                assert time.monotonic() - start < IN_FORCE + SLACK


def test_the_file_can_be_replaced_by_another(server: RunningServer, tmp_path: Path) -> None:
    new = server.file.with_suffix(".new")
    new.write_text(yaml.safe_dump(merged(server.config, {"revision": "moved"})))
    new.replace(server.file)
    seconds_until(server, "moved")
