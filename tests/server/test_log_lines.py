"""Do lines of the log belong to their request, and is nothing in them that opens a door? (OBS-04)"""
# ruff: noqa: TID251 - a real server is asked over the network

import json
from pathlib import Path

import httpx
import pytest

from limen.kernel.json_doc import JsonObject
from play_config import merged
from server.running import RunningServer, free_port

LINES: JsonObject = {"log": {"format": "json", "level": "trace", "requests": True}}


def lines(server: RunningServer, event: str) -> list[dict[str, object]]:
    found = [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]
    return [line for line in found if line["msg"] == event]


@pytest.mark.covers("OBS-04")
def test_each_request_has_a_line_with_its_id_where_that_is_wanted(tmp_path: Path) -> None:
    quiet: JsonObject = {"serve": {"public": {"request_log": {"disable_for_health": True}}}}
    with RunningServer(tmp_path, merged(LINES, quiet)) as server:
        for told in ("from-the-proxy.1", 'evil" line', "x" * 500):
            httpx.get(f"{server.public}/schemas/unknown?token=hidden", headers={"x-request-id": told})
        httpx.get(f"{server.public}/health/alive")
    found = [line for line in lines(server, "request") if line["endpoint"] == "/schemas/{id:path}"]
    assert [(line["method"], line["status"], line["listener"]) for line in found] == [("GET", 404, "public")] * 3
    ids = [str(line["request_id"]) for line in found]
    assert ids[0] == "from-the-proxy.1"
    assert len(set(ids)) == 3
    assert all(len(id) == 36 for id in ids[1:])
    assert not [line for line in lines(server, "request") if line["endpoint"] == "/health/alive"]


def test_no_line_is_written_for_a_request_unless_it_is_asked_for(tmp_path: Path) -> None:
    with RunningServer(tmp_path, {"log": {"format": "json"}}) as server:
        httpx.get(f"{server.public}/schemas")
    assert lines(server, "request") == []
    assert lines(server, "ready")


@pytest.mark.covers("OBS-04")
@pytest.mark.parametrize("format", ["json", "text"])
def test_no_secret_reaches_the_log_wherever_it_is_put(tmp_path: Path, format: str) -> None:
    """Tokens, cookies, codes and passwords, in addresses, bodies, headers and what fails because of them."""
    secret = "hidden7secret"
    hook: JsonObject = {
        "hook": "web_hook",
        "config": {
            "url": f"http://ada:{secret}1@127.0.0.1:{free_port()}/{secret}2?token={secret}3",
            "method": "POST",
            "headers": {"Authorization": f"Bearer {secret}4"},
        },
    }
    over: JsonObject = {
        "log": {"format": format, "level": "trace", "requests": True},
        "selfservice": {"flows": {"login": {"before": {"hooks": []}, "after": {"password": {"hooks": [hook]}}}}},
        "courier": {"smtp": {"connection_uri": f"smtp://ada:{secret}5@127.0.0.1:{free_port()}/"}},
    }
    with RunningServer(tmp_path, over) as server:
        flow = httpx.get(f"{server.public}/self-service/registration/api").json()
        person = {"method": "password", "password": f"{secret} long enough 6", "traits": {"email": "ada@house.test"}}
        token = httpx.post(flow["ui"]["action"], json=person).json()["session_token"]
        flow = httpx.get(f"{server.public}/self-service/login/api").json()
        entry = {"method": "password", "password": f"{secret} long enough 6", "identifier": "ada@house.test"}
        assert httpx.post(flow["ui"]["action"], json=entry).status_code >= 400  # its hook is not there
        for path in (
            f"/sessions/whoami?token={secret}",
            f"/self-service/recovery?code={secret}&flow={secret}",
            f"/{secret}//{secret}?password={secret}",
            f"/self-service/login?flow={secret}%0d%0atoken={secret}",
        ):
            for method in ("GET", "POST", "PUT"):
                httpx.request(
                    method,
                    server.public + path,
                    headers={
                        "cookie": f"ory_kratos_session={secret}; csrf_token_x={secret}",
                        "authorization": f"Bearer {secret}",
                        "x-session-token": secret,
                        "content-type": "application/json",
                    },
                    content=f'{{"password": "{secret}", "code": "{secret}"',
                )
        httpx.get(f"{server.public}/sessions/whoami", headers={"x-session-token": token})
    assert "request_id" in server.log
    assert secret not in server.log
    assert token not in server.log
