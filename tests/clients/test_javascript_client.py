"""Does the official JavaScript client, unmodified, work against a running Limen?"""

from pathlib import Path

import pytest

from clients.javascript import story, workshop
from server.person import PASSWORD, address
from server.running import RunningServer

pytestmark = [pytest.mark.node, pytest.mark.slow]
SCRIPT = "kratos_client.js"


@pytest.fixture(scope="module")
def folder() -> Path:
    return workshop()


@pytest.mark.covers("REG-15", "LOGIN-22", "LOGOUT-06", "SESS-10")
def test_a_native_app_signs_up_in_and_out(folder: Path, limen: RunningServer) -> None:
    email = address("node")
    found = story(folder, SCRIPT, "native", url=limen.public, email=email, password=PASSWORD)
    assert found["first"]["identity"]["traits"] == {"email": email}
    assert found["entered"]["session"]["active"] is True
    assert found["entered"]["session_token"] != found["created"]["session_token"]
    assert [session["id"] for session in found["others"]] == [found["first"]["id"]]
    assert found["left"] == 204
    assert found["afterwards"]["status"] == 401


@pytest.mark.covers("REG-16", "LOGIN-02", "LOGIN-23", "LOGOUT-02", "LOGOUT-04")
def test_a_single_page_app_signs_up_in_and_out(folder: Path, limen: RunningServer) -> None:
    email = address("node")
    found = story(folder, SCRIPT, "browser", url=limen.public, email=email, password=PASSWORD)
    assert found["nobody"]["status"] == 401
    assert found["same"] is True
    nodes = {node["attributes"]["name"]: node["messages"] for node in found["short"]["data"]["ui"]["nodes"]}
    said = [message["id"] for message in nodes["password"]]
    assert (found["short"]["status"], said) == (400, [4000032])
    assert "session_token" not in found["created"]
    assert found["created"]["continue_with"][0]["action"] == "redirect_browser_to"
    assert found["session"]["identity"]["traits"] == {"email": email}
    assert found["already"]["data"]["error"]["id"] == "session_already_available"
    assert found["left"] == 204
    assert found["afterwards"]["status"] == 401
    assert found["entered"]["session"]["id"] == found["present"]["id"]
    assert "ory_kratos_session" in found["cookies"]


def test_an_operator_keeps_accounts(folder: Path, limen: RunningServer) -> None:
    email = address("node")
    found = story(folder, SCRIPT, "operator", url=limen.admin, email=email, password=PASSWORD)
    assert found["made"]["traits"] == {"email": email}
    assert found["found"]["id"] == found["made"]["id"]
    assert [identity["id"] for identity in found["listed"]] == [found["made"]["id"]]
    assert found["sessions"]["data"] == []
    assert found["removed"] == 204
    assert found["afterwards"]["status"] == 404
