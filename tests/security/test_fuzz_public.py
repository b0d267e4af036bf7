"""Is there anything that a stranger can send to the public port and not get a clean answer to?

A few seconds of it each time; FUZZ_SECONDS says how many, and with CI=true it is two minutes.
"""
# ruff: noqa: TID251 - how long to try depends on where we are

import os
import time
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from play_config import inline, person
from security.strange_requests import Known, requests
from server.machine import REQUIRED
from server.person import Person, address, csrf_token
from server.raw import RawAnswer, exchange
from server.running import RunningServer

SECONDS = float(os.environ.get("FUZZ_SECONDS", "120" if REQUIRED else "4"))
BATCH = 200
FLOWS = 3
ADA = "ada@example.org"
OVER = {
    "identity": {"default_schema_id": "default", "schemas": [{"id": "default", "url": inline(person())}]},
    "serve": {"public": {"cors": {"enabled": True, "allowed_origins": ["https://app.example"]}}},
}
LEAKS = (b"Traceback", b'File "', b"site-packages", b"limen.", b"sqlite", b"SELECT ")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with RunningServer(tmp_path_factory.mktemp("fuzz"), OVER) as running:
        with Person(running.public) as ada:
            assert ada.sign_up(ADA).status_code == 200
        yield running


def fresh(server: RunningServer) -> Known:
    """Flows that nobody has spoilt yet, and the marks that go with them."""
    with Person(server.public) as native, Person(server.public, web=True) as web, Person(server.public) as member:
        assert member.sign_in(ADA).status_code == 200
        kinds = ("login", "registration")
        flows = [(kind, who.start(kind).json()) for kind in kinds for who in (native, web) for _ in range(FLOWS)]
        return Known(
            flows=tuple((kind, str(flow["id"])) for kind, flow in flows),
            csrf_token=csrf_token(web.start("login").json()),
            cookies="; ".join(f"{name}={value}" for name, value in web.http.cookies.items()),
            session_token=member.token,
            session_id=str(member.whoami().json()["id"]),
        )


@pytest.mark.timeout(SECONDS + 300)
@pytest.mark.slow
def test_every_request_gets_a_clean_answer(server: RunningServer) -> None:
    tried = 0

    def answered(raw: bytes) -> None:
        nonlocal tried
        tried += 1
        answer = exchange(server.public_port, raw)
        assert 200 <= answer.status < 500, (answer.status, answer.body[:300])
        assert not [leak for leak in LEAKS if leak in answer.body], answer.body[:2000]
        told_like_an_error(answer)

    batch = settings(
        max_examples=BATCH, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False
    )
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        batch(given(requests(fresh(server)))(answered))()
    assert tried >= BATCH
    assert server.process is not None
    assert server.process.poll() is None
    assert "unexpected failure" not in server.log
    assert "Exception" not in server.log
    with Person(server.public) as member:
        assert member.sign_up(address("after")).status_code == 200


def told_like_an_error(answer: RawAnswer) -> None:
    """JSON is JSON, and an error in it repeats its status."""
    if not answer.body or not answer.headers.get("content-type", "").startswith("application/json"):
        return
    value = msgspec.json.decode(answer.body)
    if isinstance(value, dict) and isinstance(value.get("error"), dict):
        assert value["error"]["code"] == answer.status
