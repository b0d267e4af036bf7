"""Do the commands that ask a running server do what they say? (CLI-08 … CLI-13, CLI-18, CLI-21)"""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx  # noqa: TID251 - the tests are outside
import pytest
from click.testing import CliRunner, Result

from limen.cli import limen
from limen.kernel.json_doc import JsonObject
from server.person import Person, address
from server.running import RunningServer, small_house


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with RunningServer(tmp_path_factory.mktemp("commands"), small_house()) as running:
        yield running


def run(server: RunningServer, *arguments: str, sent: str | None = None, **environment: str) -> Result:
    return CliRunner().invoke(limen, [*arguments, "-e", server.admin], input=sent, env=environment)


def made(server: RunningServer) -> JsonObject:
    done = run(
        server, "import", "identities", sent=json.dumps({"schema_id": "default", "traits": {"email": address()}})
    )
    assert done.exit_code == 0, done.output
    found: JsonObject = json.loads(done.stdout)
    return found


@pytest.mark.covers("CLI-09", "CLI-10", "CLI-11", "CLI-12")
@pytest.mark.parametrize("noun_first", [False, True])
def test_identities_are_made_seen_listed_and_deleted(server: RunningServer, *, noun_first: bool) -> None:
    def words(verb: str, noun: str) -> tuple[str, str]:
        return ("identities", verb) if noun_first else (verb, noun)

    identity = made(server)
    id = str(identity["id"])
    assert json.loads(run(server, *words("get", "identity"), id).stdout)["traits"] == identity["traits"]
    listed = json.loads(run(server, *words("list", "identities"), "--page-size", "1000").stdout)
    assert id in [entry["id"] for entry in listed["identities"]]
    assert json.loads(run(server, *words("delete", "identity"), id).stdout) == id
    gone = run(server, *words("get", "identity"), id)
    assert (gone.exit_code, bool(gone.stderr)) == (1, True)


@pytest.mark.covers("CLI-09")
def test_pages_follow_one_another(server: RunningServer) -> None:
    ids = {str(made(server)["id"]) for _ in range(3)}
    seen, token = set[str](), ""
    while True:
        page = json.loads(run(server, "list", "identities", "--page-size", "2", "--page-token", token).stdout)
        seen |= {entry["id"] for entry in page["identities"]}
        token = page["next_page_token"]
        if not token:
            break
    assert ids <= seen


@pytest.mark.covers("CLI-09")
def test_without_a_page_everybody_is_listed(server: RunningServer) -> None:
    people = [{"create": {"schema_id": "default", "traits": {"email": address()}}} for _ in range(251)]
    sent = httpx.patch(f"{server.admin}/admin/identities", json={"identities": people}, timeout=60)
    ids = {each["identity"] for each in sent.json()["identities"]}
    listed = json.loads(run(server, "list", "identities").stdout)
    assert ids <= {entry["id"] for entry in listed["identities"]}
    assert listed["next_page_token"] == ""


@pytest.mark.covers("CLI-11")
def test_an_import_says_which_one_failed_and_how_many_were_made(server: RunningServer, tmp_path: Path) -> None:
    people = [{"schema_id": "default", "traits": {"email": email}} for email in (address(), "nonsense")]
    (tmp_path / "people.json").write_text(json.dumps(people))
    done = run(server, "import", "identities", str(tmp_path / "people.json"))
    assert done.exit_code == 1
    assert "Identity 2 of 2" in done.stderr
    assert "1 before it were made" in done.stderr


@pytest.mark.covers("CLI-13")
@pytest.mark.parametrize(
    ("person", "fault"),
    [
        ({"schema_id": "default", "traits": {"email": "ada@house.test"}}, ""),
        ({"schema_id": "default", "traits": {"email": "nonsense"}}, "traits/email"),
        ({"schema_id": "default"}, "traits are missing"),
        ({"schema_id": "elsewhere", "traits": {}}, "schema"),
        ({"schema_id": 3, "traits": {}}, "schema_id"),
    ],
)
def test_identities_are_judged_without_being_made(server: RunningServer, person: JsonObject, fault: str) -> None:
    done = run(server, "validate", "identity", sent=json.dumps(person))
    assert (done.exit_code, fault in done.stderr) == (1 if fault else 0, True)


def test_one_identity_is_made_by_question_and_answer(server: RunningServer) -> None:
    email = address()
    done = run(server, "create", "identity", "--format", "yaml", sent=f"{email}\n")
    assert (done.exit_code, email in done.stdout) == (0, True), done.output


def test_an_identity_is_changed_step_by_step(server: RunningServer) -> None:
    id = str(made(server)["id"])
    done = run(server, "patch", "identity", id, "--operation", "replace /state inactive", "--format", "jsonpath=state")
    assert done.stdout.strip() == "inactive"
    assert run(server, "patch", "identity", id, "--operation", "nonsense").exit_code == 2


def test_sessions_are_listed_and_ended(server: RunningServer) -> None:
    with Person(server.public) as person:
        person.sign_up(address())
        mine = json.loads(run(server, "sessions", "list", "--active").stdout)["sessions"][0]
        assert run(server, "sessions", "revoke", "--all-for", mine["identity"]["id"]).exit_code == 0
        left = json.loads(run(server, "sessions", "list", "--active").stdout)["sessions"]
        assert mine["id"] not in [session["id"] for session in left]
    assert run(server, "sessions", "revoke").exit_code == 2


@pytest.mark.covers("CLI-18")
def test_a_server_is_asked_how_it_is(server: RunningServer) -> None:
    assert json.loads(run(server, "remote", "status").stdout) == {"alive": True, "ready": True}
    assert json.loads(run(server, "remote", "version").stdout)["version"]


@pytest.mark.covers("CLI-21", "SEED4-07")
@pytest.mark.parametrize("name", ["KRATOS_ADMIN_URL", "LIMEN_ADMIN_URL"])
def test_the_environment_says_where_the_server_is(server: RunningServer, name: str) -> None:
    found = CliRunner().invoke(limen, ["remote", "status"], env={name: server.admin})
    assert found.exit_code == 0
    nowhere = CliRunner().invoke(limen, ["remote", "status"], env={name: ""})
    assert (nowhere.exit_code, "--endpoint" in nowhere.stderr) == (2, True)


def test_nobody_at_home_is_said_plainly() -> None:
    done = CliRunner().invoke(limen, ["remote", "status", "-e", "http://127.0.0.1:1"])
    assert (done.exit_code, "Nobody answers at 127.0.0.1:1" in done.stderr) == (1, True)


@pytest.mark.covers("CLI-08", "OPS-04")
def test_what_expired_is_cleaned_up_beside_a_running_server(server: RunningServer) -> None:
    made(server)
    done = CliRunner().invoke(
        limen, ["cleanup", "sql", str(server.config["dsn"]), "--database.cleanup.sleep.tables", "0s"]
    )
    assert (done.exit_code, "rows had expired" in done.stdout) == (0, True), done.output
    assert CliRunner().invoke(limen, ["cleanup", "sql"]).exit_code == 2
    wrong = CliRunner().invoke(limen, ["cleanup", "sql", "memory", "--keep-last", "long"])
    assert wrong.exit_code == 2


@pytest.mark.covers("CLI-22")
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_get_their_completion(shell: str) -> None:
    done = CliRunner().invoke(limen, ["completion", shell])
    assert (done.exit_code, "_LIMEN_COMPLETE" in done.stdout) == (0, True)
