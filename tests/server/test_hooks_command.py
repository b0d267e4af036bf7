"""`limen hooks try | list | replay`, as somebody types them."""

import json
from pathlib import Path

import httpx  # noqa: TID251 - the tests are outside
import pytest
import yaml
from click.testing import CliRunner, Result

from doubles.plugins import python
from doubles.sink import EVERYTHING, program
from limen.cli.hooks import hooks
from limen.cli.surroundings import Surroundings
from limen.kernel.json_doc import JsonObject, JsonValue
from play_config import after, base, entries, flows, merged
from server.person import Person
from server.running import RunningServer, free_port, pause

URL = "https://user:very-secret@crm.test/new?key=very-secret"


def run(*arguments: str, environment: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(hooks, list(arguments), obj=Surroundings(environment=environment or {}))


def hook(id: str, **config: JsonValue) -> JsonObject:
    return {"hook": "web_hook", "config": {"id": id, "url": URL, "method": "POST", **config}}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "limen.yml"


def written(file: Path, *over: JsonObject) -> str:
    document = base()
    for each in over:
        document = merged(document, each)
    file.write_text(yaml.safe_dump(document))
    return str(file)


def bodies(output: str) -> list[JsonObject]:
    """The JSON bodies, each of which stands between lines with its outermost braces."""
    return [json.loads("{" + part.partition("\n}")[0] + "}") for part in output.split("\n{")[1:]]


@pytest.mark.covers("WH-02", "WH-06")
def test_try_shows_the_request_and_no_secret(file: Path) -> None:
    secret = hook(
        "crm",
        body=program("function(ctx) {who: ctx.identity.traits, flow: ctx.flow.id, address: ctx.identity.id}"),
        headers={"X-Key": "very-secret"},
        auth={"type": "basic_auth", "config": {"user": "u", "password": "very-secret"}},
        response={"ignore": True},
        signing_secrets=["very-secret-and-long"],
    )
    found = run("try", "--flow", "registration", "-c", written(file, after("registration", secret, "session")), "--dev")
    assert found.exit_code == 0, found.output
    lines = found.stdout.splitlines()
    assert lines[0] == (
        "# selfservice.flows.registration.after.password.hooks.0: web_hook crm, Registered, delivered afterwards"
    )
    assert lines[1] == "POST https://crm.test/new?key=(hidden)"
    assert {"x-key: (hidden)", "authorization: (hidden)", "webhook-signature: (hidden)"} <= set(lines)
    assert "content-type: application/json" in lines
    (body,) = bodies(found.stdout)
    assert body["who"] == {
        "email": "ada@example.org",
        "name": {"first": "Ada", "last": "Ada"},
        "newsletter": True,
        "age": 1,
    }
    assert "very-secret" not in found.output
    assert "session" in lines[-3]


@pytest.mark.parametrize(
    ("arguments", "titles"),
    [
        ((), ["first, FlowStarting", "general, LoggedIn", "own, LoggedIn"]),
        (("--position", "before"), ["first, FlowStarting"]),
        (("--position", "after"), ["general, LoggedIn", "own, LoggedIn"]),
        (("--method", "password"), ["own, LoggedIn"]),
        (("--hook", "general"), ["general, LoggedIn"]),
    ],
)
def test_try_takes_positions_methods_and_ids(file: Path, arguments: tuple[str, ...], titles: list[str]) -> None:
    config = written(
        file,
        flows(login={"before": {"hooks": entries(hook("first", body=EVERYTHING))}}),
        after("login", hook("general", body=EVERYTHING), method=""),
        after("login", hook("own", body=EVERYTHING)),
    )
    found = run("try", "--flow", "login", "-c", config, "--dev", *arguments)
    assert found.exit_code == 0, found.output
    shown = [line.partition(": web_hook ")[2] for line in found.stdout.splitlines() if line.startswith("# ")]
    assert shown == titles


@pytest.mark.parametrize("flow", ["login", "registration", "settings", "recovery", "verification"])
@pytest.mark.parametrize("decides", [True, False])
def test_try_makes_up_something_for_every_flow(file: Path, flow: str, decides: bool) -> None:
    config = written(file, after(flow, hook("a", body=EVERYTHING, response={"parse": decides}), method=""))
    found = run("try", "--flow", flow, "-c", config, "--dev", "--traits", '{"email": "grace@house.test"}')
    assert found.exit_code == 0, found.output
    (body,) = bodies(found.stdout)
    assert isinstance(body["identity"], dict)
    assert body["identity"]["traits"] == {"email": "grace@house.test"}


def test_try_says_why_a_program_fails(file: Path) -> None:
    broken = hook("a", body=program("function(ctx) ctx.nothing.of.this"))
    found = run("try", "--flow", "login", "-c", written(file, after("login", broken, python("note"))), "--dev")
    assert found.exit_code == 1
    assert "# it fails: The program that writes the body failed" in found.stdout
    assert "python doubles.plugins:note" in found.stdout
    assert run("try", "--flow", "login", "--hook", "b", "-c", str(file), "--dev").exit_code == 1


def test_try_disturbs_no_server(file: Path, tmp_path: Path) -> None:
    """The database of the configuration is not opened, and no secret is made up beside it."""
    dsn = f"sqlite://{tmp_path / 'in-use.sqlite'}"
    config = written(file, {"dsn": dsn}, after("login", hook("a", body=EVERYTHING)))
    assert run("try", "--flow", "login", "-c", config, "--dev", environment={"DSN": dsn}).exit_code == 0
    assert [each.name for each in tmp_path.iterdir()] == ["limen.yml"]


@pytest.mark.slow
def test_list_and_replay_speak_with_a_running_server(tmp_path: Path) -> None:
    nobody = free_port()
    dead: JsonObject = {
        "hook": "web_hook",
        "config": {"id": "crm", "url": f"http://127.0.0.1:{nobody}/", "method": "POST", "response": {"ignore": True}},
    }
    over = merged(after("registration", dead, "session"), {"clients": {"web_hook": {"deliveries": {"attempts": 1}}}})
    with RunningServer(tmp_path, over) as server, Person(server.public) as person:
        config = ("-c", str(server.file))
        assert "There" not in run("list", *config).output
        assert person.sign_up("ada@house.test").status_code == httpx.codes.OK
        for _ in range(100):
            found = run("list", "--status", "dead", *config)
            if found.output:
                break
            pause(0.1)
        assert found.exit_code == 0, found.output
        id, status, attempts, name, event, target = found.stdout.splitlines()[0].split("  ")
        assert (status, attempts, name, event) == ("dead", "1", "crm", "Registered")
        assert target == f"http://127.0.0.1:{nobody}"
        again = run("replay", id, *config)
        assert again.stdout.split() == [id, "waiting"]
        for _ in range(100):
            found = run("list", "--status", "dead", "--endpoint", server.admin)
            if found.output:
                break
            pause(0.1)
        assert found.stdout.split("  ")[2] == "2"
        assert run("replay", "--dead", *config).stdout == "1 to be sent again\n"
        assert run("replay", *config).exit_code == 2
        assert run("replay", "nothing", *config).exit_code == 2
        unknown = run("replay", "00000000-0000-4000-8000-00000000ffff", *config)
        assert unknown.exit_code == 1
        assert "There is no delivery with this id." in str(unknown.exception)
