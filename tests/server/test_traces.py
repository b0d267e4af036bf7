"""Can one follow what a request did, and does nobody notice when the collector is away? (OBS-03, WH-13)"""
# ruff: noqa: TID251 - a real server is asked over the network

import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from doubles.collector import Collector, collecting, facts
from limen.kernel.json_doc import JsonObject
from play_config import merged
from server.running import RunningServer, free_port, small_house, surroundings

EMAIL, PASSWORD = "ada.of.the.traces@house.test", "a long enough passphrase 7391"
BEHIND_NOBODY: JsonObject = {"serve": {"public": {"trusted_proxies": ["192.0.2.1/32"]}}}
"""In development this machine's own addresses are believed otherwise."""
STRANGER = "00-11111111111111111111111111111111-2222222222222222-01"


def traced(collector: str, **otlp: object) -> JsonObject:
    return {
        "tracing": {
            "provider": "otel",
            "service_name": "the-house",
            "providers": {"otlp": {"server_url": collector, "insecure": True, **otlp}},
        }
    }


def sign_up(server: RunningServer, **headers: str) -> str:
    """Somebody signs up; the token of the session."""
    flow = httpx.get(f"{server.public}/self-service/registration/api", headers=headers).json()
    fields = {"method": "password", "password": PASSWORD, "traits": {"email": EMAIL}}
    answer = httpx.post(flow["ui"]["action"], json=fields, headers=headers)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["session_token"])


def with_hook(collector: Collector) -> JsonObject:
    config = {"url": f"http://{collector.url}/hook?key=hidden-value", "method": "POST"}
    after: JsonObject = {"hooks": [{"hook": "web_hook", "config": {**config}}, {"hook": "session"}]}
    return {"selfservice": {"flows": {"registration": {"after": {"password": after}}}}}


@pytest.mark.covers("OBS-03", "WH-13")
def test_a_request_is_followed_down_to_the_hook_and_nothing_private_is_told(tmp_path: Path) -> None:
    with collecting() as collector:
        over = merged(traced(collector.url, authorization_header="Bearer of-the-collector"), with_hook(collector))
        over = merged(over, BEHIND_NOBODY)
        with RunningServer(tmp_path, over) as server:
            token = sign_up(server, traceparent=STRANGER)
            httpx.get(f"{server.public}/sessions/whoami", headers={"x-session-token": token})
        request = collector.named("POST /self-service/registration")
        assert request.parent_span_id == b""
        assert request.trace_id.hex() != "1" * 32
        assert facts(request)["http.route"] == "/self-service/registration"
        assert facts(request)["http.response.status_code"] == 200
        mine = {span.span_id: span for span in collector.spans if span.trace_id == request.trace_id}
        names = {span.name for span in mine.values()}
        assert {"password hash", "hook web_hook", "COMMIT", "SELECT flows"} <= names
        call = next(span for span in mine.values() if "server.address" in facts(span))
        assert mine[call.parent_span_id].name == "hook web_hook"
        assert facts(call) == {
            "http.request.method": "POST",
            "server.address": "127.0.0.1",
            "http.response.status_code": 200,
        }
        (hook,) = collector.calls
        told, _, flags = hook["traceparent"].rpartition("-")
        assert told == f"00-{call.trace_id.hex()}-{call.span_id.hex()}"
        assert int(flags, 16) & 1, "the target records as well"
        assert "GET /sessions/whoami" in collector.names
        assert collector.resources[0]["service.name"] == "the-house"
        assert set(collector.authorizations) == {"Bearer of-the-collector"}
        for private in (EMAIL, PASSWORD, token, "hidden-value", "$2"):
            assert private.encode() not in collector.raw


@pytest.mark.covers("OBS-03")
def test_zipkin_gets_its_own_form_and_its_own_headers(tmp_path: Path) -> None:
    trace, parent = "7" * 32, "8" * 16
    with collecting() as collector:
        zipkin = {"server_url": f"http://{collector.url}/api/v2/spans"}
        tracing: JsonObject = {"provider": "zipkin", "service_name": "the-house", "providers": {"zipkin": {**zipkin}}}
        with RunningServer(tmp_path, merged({"tracing": tracing}, with_hook(collector))) as server:
            marks = {"x-b3-traceid": trace, "x-b3-spanid": parent, "x-b3-sampled": "1"}
            sign_up(server)
            httpx.get(f"{server.admin}/admin/identities", headers=marks)
        (listed,) = [span for span in collector.zipkin if span.name == "GET /admin/identities"]
        assert (listed.trace_id, listed.parent_id, listed.kind) == (trace, parent, "SERVER")
        assert (listed.tags["http.response.status_code"], listed.local_endpoint["serviceName"]) == ("200", "the-house")
        (hook,) = collector.calls
        (call,) = [span for span in collector.zipkin if "server.address" in span.tags]
        assert (hook["x-b3-traceid"], hook["x-b3-spanid"]) == (call.trace_id, call.id)
        assert hook["traceparent"].split("-")[1] == call.trace_id
        for private in (EMAIL, PASSWORD):
            assert private.encode() not in collector.raw


@pytest.mark.covers("OBS-03")
def test_operators_say_what_their_request_is_part_of_and_strangers_do_not(tmp_path: Path) -> None:
    with collecting() as collector:
        over = merged(traced(collector.url, sampling={"sampling_ratio": 0}), BEHIND_NOBODY)
        with RunningServer(tmp_path, over) as server:
            for port in (server.public, server.admin):
                httpx.get(f"{port}/schemas", headers={"traceparent": STRANGER})
        # Of its own nothing is recorded; the operator's program records, and says so.
        assert {span.trace_id.hex() for span in collector.spans} == {"1" * 32}
        assert "GET /schemas" not in collector.names
        assert collector.named("GET /admin/schemas").parent_span_id.hex() == "2" * 16


@pytest.mark.covers("OBS-03")
def test_a_trusted_proxy_is_believed(tmp_path: Path) -> None:
    with collecting() as collector:
        trusted: JsonObject = {"serve": {"public": {"trusted_proxies": ["127.0.0.0/8"]}}}
        with RunningServer(tmp_path, merged(traced(collector.url), trusted)) as server:
            httpx.get(f"{server.public}/schemas", headers={"traceparent": STRANGER})
        assert collector.named("GET /schemas").trace_id.hex() == "1" * 32


@pytest.mark.parametrize("trouble", ["away", "slow", "broken"])
def test_nobody_notices_a_collector_in_trouble(tmp_path: Path, trouble: str) -> None:
    with collecting() as collector:
        if trouble == "slow":
            collector.held.clear()
        collector.status = 500
        where = f"127.0.0.1:{free_port()}" if trouble == "away" else collector.url
        server = RunningServer(tmp_path, traced(where)).start()
        began = time.monotonic()
        sign_up(server)
        for _ in range(20):
            assert httpx.get(f"{server.public}/health/alive").status_code == 200
        assert time.monotonic() - began < 10
        began = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - began < 15
        assert PASSWORD not in server.log


def test_who_wants_no_traces_does_not_load_the_sdk() -> None:
    program = (
        "import sys, limen.bootstrap.build as b; from limen.config.tracing import TracingConfig;"
        "assert not b.tracer_for(TracingConfig()).active;"
        "assert not [name for name in sys.modules if name.startswith(('opentelemetry', 'requests', 'google'))]"
    )
    subprocess.run([sys.executable, "-c", program], check=True, env=surroundings())


@pytest.mark.parametrize("config", [small_house()])
def test_a_courier_of_its_own_tells_its_metrics(tmp_path: Path, config: JsonObject) -> None:
    server = RunningServer(tmp_path, config)
    server.arguments = (
        "courier",
        "watch",
        "-c",
        str(server.file),
        "--dev",
        f"--expose-metrics-port={server.admin_port}",
    )
    with server:
        for prefix in ("", "/admin"):
            answer = httpx.get(f"{server.admin}{prefix}/metrics/prometheus")
            assert "limen_letters_waiting 0.0" in answer.text
        assert httpx.get(f"{server.admin}/admin/identities").status_code == 404
    assert server.process is not None
    assert server.process.returncode == 0
