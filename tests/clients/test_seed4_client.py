"""Does the code of the fourth seed work against its own configuration, with nothing of either changed?

Only the ports, the place of the database and the question to the breach service differ from the document.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clients.javascript import judged, story, workshop
from limen.kernel.json_doc import JsonObject
from server.machine import ROOT
from server.person import PASSWORD, address
from server.running import RunningServer

pytestmark = [pytest.mark.node, pytest.mark.slow]
SCRIPT = "seed4.js"
APP = "http://localhost:3000"
DOCUMENT = ROOT / "tests" / "fixtures" / "seeds" / "seed4_kratos.yml"


@pytest.fixture(scope="module")
def folder() -> Path:
    return workshop()


@pytest.fixture(scope="module")
def compose(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """What the document's `docker-compose up` starts: its command line, its environment, its kratos.yaml, no migration."""
    server = RunningServer(tmp_path_factory.mktemp("seed4"))
    document = DOCUMENT.read_text()
    for name, port, url in (
        ("public", server.public_port, server.public),
        ("admin", server.admin_port, server.admin),
    ):
        document = document.replace(f"  {name}:\n", f"  {name}:\n    host: 127.0.0.1\n    port: {port}\n", 1)
        document = document.replace(f"http://localhost:{'4433' if name == 'public' else '4434'}/", f"{url}/")
    server.write(document)
    server.environment = {
        "DSN": f"sqlite://{server.database}?_fk=true",
        "SECURE_COOKIES": "true",
        "KRATOS_PUBLIC_URL": server.public,
        "KRATOS_ADMIN_URL": server.admin,
        "LOG_LEVEL": "debug",
        "LOG_FORMAT": "json",
        "VORY_KRATOS_CONFIG_PATH": str(server.file),
        "SELFSERVICE_METHODS_PASSWORD_CONFIG_HAVEIBEENPWNED_ENABLED": "false",
    }
    with server:
        yield server


def told(folder: Path, server: RunningServer, name: str, **more: object) -> JsonObject:
    return story(folder, SCRIPT, name, url=server.public, email=address("seed"), password=PASSWORD, **more)


@pytest.mark.covers("SEED4-01", "SEED4-03", "SEED4-04", "SEED4-05", "SEED4-09", "SEED4-10", "SEED4-12", "SEED4-19")
def test_the_documents_own_set_up_starts(compose: RunningServer) -> None:
    lines = [line for line in compose.log.splitlines() if line]
    assert lines
    assert all(line.startswith("{") for line in lines)
    assert any("SECURE_COOKIES" in line and '"warning"' in line for line in lines)
    assert compose.database.exists()


@pytest.mark.covers("SEED4-25", "SEED4-26", "SEED4-28", "SEED4-29")
def test_without_a_session_the_promise_is_rejected_with_401(folder: Path, compose: RunningServer) -> None:
    found = told(folder, compose, "signedOut")
    assert (found["status"], found["data"]["error"]["code"]) == (401, 401)
    assert found["asked"] == [f"GET {compose.public}/sessions/whoami"]


@pytest.mark.covers(
    "SEED4-18", "SEED4-30", "SEED4-32", "SEED4-33", "SEED4-34", "SEED4-35", "SEED4-36", "SEED4-37", "SEED4-38"
)
@pytest.mark.parametrize("options", [{}, {"returnTo": f"{APP}/somewhere"}], ids=["no-options", "return-to"])
def test_the_registration_page_registers_somebody(
    folder: Path, compose: RunningServer, options: dict[str, str]
) -> None:
    found = told(folder, compose, "registration", options=options)
    nodes = {node["attributes"]["name"]: node for node in found["flow"]["ui"]["nodes"]}
    assert {"csrf_token", "traits.email", "password"} <= nodes.keys()
    assert nodes["password"]["attributes"]["type"] == "password"
    assert nodes["csrf_token"]["group"] == "default"
    assert found["again"]["id"] == found["flow"]["id"]
    assert found["done"]["status"] == 200
    assert found["done"]["data"]["identity"]["traits"]["email"].startswith("seed.")
    assert found["goTo"] == f"{APP}/dashboard"
    assert "session" not in found["done"]["data"]
    assert "ory_kratos_session" not in found["cookies"]


@pytest.mark.covers("SEED4-31", "SEED4-33", "SEED4-40", "SEED4-43")
def test_mistakes_come_back_as_the_page_expects_them(folder: Path, compose: RunningServer) -> None:
    found = told(folder, compose, "mistakes")
    for name, field, message in (
        ("short", "password", 4000032),
        ("address", "traits.email", 4000040),
        ("empty", "password", 4000002),
    ):
        nodes = {node["attributes"]["name"]: node["messages"] for node in found[name]["data"]["ui"]["nodes"]}
        assert found[name]["status"] == 400
        assert [(said["id"], said["type"]) for said in nodes[field]] == [(message, "error")]
    for name in ("tokenless", "foreign"):
        assert (found[name]["status"], found[name]["data"]["error"]["id"]) == (403, "security_csrf_violation")
    assert found["unknown"]["status"] in {403, 404, 410}


@pytest.mark.covers("SEED4-27", "SEED4-39")
def test_who_is_signed_in_is_shown_and_cannot_register_again(folder: Path, compose: RunningServer) -> None:
    found = told(folder, compose, "signedIn")
    assert found["entered"]["status"] == 200
    assert found["session"]["data"]["active"] is True
    assert found["session"]["data"]["identity"]["traits"]["email"].startswith("seed.")
    for name in ("started", "sent"):
        assert (found[name]["status"], found[name]["data"]["error"]["id"]) == (400, "session_already_available")


@pytest.mark.covers("SEED4-25")
def test_the_old_names_work_over_todays_client_too(folder: Path, compose: RunningServer) -> None:
    found = told(folder, compose, "registration", options={"returnTo": f"{APP}/somewhere"}, names_only=True)
    assert (found["done"]["status"], found["again"]["id"]) == (200, found["flow"]["id"])
    found = told(folder, compose, "signedIn", names_only=True)
    assert found["session"]["data"]["active"] is True
    found = told(folder, compose, "mistakes", names_only=True)
    assert found["foreign"]["data"]["error"]["id"] == "security_csrf_violation"


IMPORTS = """
import { Configuration, SelfServiceRegistrationFlow, SelfServiceRegistrationFlowState, V0alpha2Api } from "./v0alpha2";
const ory = new V0alpha2Api(new Configuration({ basePath: "http://localhost:4433", baseOptions: { withCredentials: true } }));
const state: SelfServiceRegistrationFlowState = "choose_method";
export async function begin(): Promise<SelfServiceRegistrationFlow> {
  const { data: flow } = await ory.getSelfServiceRegistrationFlow("id");
  await ory.submitSelfServiceRegistrationFlow(String(flow?.id), { method: "password", state });
  return flow;
}
"""


@pytest.mark.covers("SEED4-41")
def test_the_old_names_of_types_compile(folder: Path) -> None:
    assert judged(folder, IMPORTS) == ""
    assert "noSuchMethod" in judged(folder, IMPORTS.replace("getSelfServiceRegistrationFlow", "noSuchMethod"))
