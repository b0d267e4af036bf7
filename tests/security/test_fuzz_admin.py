"""Is there anything that an operator can send to the admin port and not get a clean answer to?

A few seconds of it each time; FUZZ_SECONDS says how many, and with CI=true it is two minutes.
"""
# ruff: noqa: TID251 - how long to try depends on where we are

import os
import time
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import HealthCheck, given, settings

from security.strange_orders import requests
from security.test_fuzz_public import BATCH, LEAKS, OVER, told_like_an_error
from server.machine import REQUIRED
from server.person import Person, address
from server.raw import exchange
from server.running import RunningServer

SECONDS = float(os.environ.get("FUZZ_SECONDS", "120" if REQUIRED else "4"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with RunningServer(tmp_path_factory.mktemp("fuzz-admin"), OVER) as running:
        yield running


def somebody(server: RunningServer) -> dict[bytes, bytes]:
    """A person with a session; both may well be gone soon."""
    with Person(server.public) as person:
        made = person.sign_up(address("fuzzed")).json()
    return {b"{identity}": made["identity"]["id"].encode(), b"{session}": made["session"]["id"].encode()}


@pytest.mark.timeout(SECONDS + 300)
@pytest.mark.slow
def test_every_order_gets_a_clean_answer(server: RunningServer) -> None:
    tried = 0
    names: dict[bytes, bytes] = {}

    def answered(raw: bytes) -> None:
        nonlocal tried
        tried += 1
        head, end, body = raw.partition(b"\r\n\r\n")
        whole = body
        for name, id in names.items():
            head, whole = head.replace(name, id), whole.replace(name, id)
        head = head.replace(f"content-length: {len(body)}".encode(), f"content-length: {len(whole)}".encode())
        answer = exchange(server.admin_port, head + end + whole)
        assert 200 <= answer.status < 500, (answer.status, answer.body[:300], raw[:2000])
        assert not [leak for leak in LEAKS if leak in answer.body], answer.body[:2000]
        told_like_an_error(answer)

    batch = settings(
        max_examples=BATCH, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False
    )
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        names = somebody(server)
        batch(given(requests())(answered))()
    assert tried >= BATCH
    assert server.process is not None
    assert server.process.poll() is None
    assert "unexpected failure" not in server.log
    assert "Exception" not in server.log
    assert (
        httpx.post(f"{server.admin}/admin/identities", json={"traits": {"email": address("after")}}).status_code == 201
    )
