"""Does the official JavaScript client, unmodified, work against a running Limen?"""

from pathlib import Path

import pytest

from clients.javascript import story, workshop
from limen.kernel.json_doc import JsonObject
from play_config import flows, merged
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


@pytest.mark.covers("HTTP-60", "HTTP-61", "HTTP-62", "HTTP-66", "HTTP-67", "HTTP-68", "HTTP-70", "HTTP-76", "HTTP-78")
def test_every_admin_operation_answers_the_typescript_client(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    over: JsonObject = {"selfservice": {"methods": {"link": {"enabled": True}}}}
    server = RunningServer(tmp_path_factory.mktemp("operator"), merged(flows(recovery={"enabled": True}), over))
    email = address("operator")
    with server:
        urls = {"admin": server.admin, "public": server.public}
        found = story(folder, "operator.ts", "operator", **urls, email=email, password=PASSWORD)
    assert (found["left"], found["offered"]) == ([], 24)
    kept = found["kept"]
    assert kept["outside"]["id"] == kept["made"]["id"] == kept["listed"][0]["id"]
    assert kept["found"]["credentials"]["password"]["config"]["hashed_password"].startswith("$2a$")
    assert kept["found"]["credentials"]["oidc"]["identifiers"] == [f"acme:{email}"]
    assert (kept["replaced"]["state"], kept["replaced"]["metadata_public"]) == ("inactive", {"tier": "gold"})
    assert (kept["patched"]["state"], kept["patched"]["metadata_public"]) == ("active", {})
    assert (kept["forbidden"], kept["removed"]) == (400, 204)
    assert kept["left"]["credentials"]["oidc"]["identifiers"] == []
    assert found["batch"] == ["create", "error"]
    sessions = found["sessions"]
    first, second = sessions["ids"]
    assert sessions["shown"]["identity"]["id"] == kept["made"]["id"]
    assert len(sessions["shown"]["devices"]) == 1
    assert {first, second} <= set(sessions["everybody"])
    assert (sessions["extended"]["id"], sessions["open"]) == (first, [second])
    assert (sessions["ended"], sessions["allEnded"], sessions["afterwards"]) == (204, 204, 401)
    recovery = found["recovery"]
    assert (len(recovery["code"]["recovery_code"]), "token=" in recovery["link"]["recovery_link"]) == (6, True)
    assert (recovery["read"]["recipient"], recovery["read"]["template_type"]) == (email, "recovery_code_valid")
    assert (recovery["abandoned"], recovery["absent"]) == ([], 404)
    about = found["about"]
    assert about["schemas"][0]["schema"] == about["schema"]
    assert (about["alive"], about["ready"], bool(about["version"]["version"])) == (200, 200, True)
    assert (found["removed"], found["afterwards"]) == (204, 404)


def test_an_operator_keeps_accounts(folder: Path, limen: RunningServer) -> None:
    email = address("node")
    found = story(folder, SCRIPT, "operator", url=limen.admin, email=email, password=PASSWORD)
    assert found["made"]["traits"] == {"email": email}
    assert found["found"]["id"] == found["made"]["id"]
    assert [identity["id"] for identity in found["listed"]] == [found["made"]["id"]]
    assert found["sessions"]["data"] == []
    assert found["removed"] == 204
    assert found["afterwards"]["status"] == 404
