"""Does a running server take hooks in Python as it should: refuse what is not there, and stand what never returns?"""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx  # noqa: TID251 - the tests are outside
import pytest
from click.testing import CliRunner

from limen.cli.config import config
from limen.cli.surroundings import Surroundings
from limen.kernel.json_doc import JsonObject
from play_config import after, merged
from server.person import Person, address
from server.running import RunningServer, command, pause, surroundings

MODULE = """
import threading
from limen.plugin import Refuse, Registering


def polite(event: Registering):
    if event.person.traits["email"].startswith("rude"):
        return Refuse("Be polite.", field="traits.email")


def hangs(event: Registering):
    threading.Event().wait()


async def blocks(event: Registering):
    threading.Event().wait()
"""


def calling(call: str) -> JsonObject:
    hook: JsonObject = {"hook": "python", "config": {"call": f"operators_own:{call}", "timeout": "500ms"}}
    return after("registration", hook, "session")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("plugins")
    (folder / "operators_own.py").write_text(MODULE)
    running = RunningServer(folder, calling("polite"))
    running.environment["PYTHONPATH"] = f"{surroundings()['PYTHONPATH']}:{folder}"
    with running:
        yield running


def reconfigured(server: RunningServer, call: str) -> None:
    server.write(merged(merged(server.config, calling(call)), {"revision": call}))


def in_force(server: RunningServer, revision: str) -> bool:
    for _ in range(200):
        if httpx.get(f"{server.admin}/admin/health/config", trust_env=False).text == revision:
            return True
        pause(0.05)
    return False


def test_a_plugin_refuses_over_the_wire(server: RunningServer) -> None:
    with Person(server.public) as person:
        refused = person.sign_up(address("rude"))
        assert refused.status_code == httpx.codes.BAD_REQUEST
        assert "Be polite." in refused.text
        assert person.sign_up(address("kind")).status_code == httpx.codes.OK


@pytest.mark.parametrize("call", ["hangs", "blocks"])
def test_a_plugin_that_never_returns_holds_up_nobody_else(server: RunningServer, call: str) -> None:
    with Person(server.public) as known, Person(server.public) as newcomer:
        reconfigured(server, "polite")
        assert in_force(server, "polite")
        assert known.sign_up(address("known")).status_code == httpx.codes.OK
        reconfigured(server, call)
        assert in_force(server, call)
        begun = time.monotonic()
        failed = newcomer.sign_up(address("newcomer"))
        assert (failed.status_code, failed.json()["error"]["id"]) == (500, "hook_failed")
        assert time.monotonic() - begun < 15
        assert known.whoami().status_code == httpx.codes.OK


def test_a_change_that_names_a_function_that_is_not_there_is_refused(server: RunningServer) -> None:
    reconfigured(server, "polite")
    assert in_force(server, "polite")
    reconfigured(server, "nobody")
    for _ in range(200):
        if "has no nobody" in server.log:
            break
        pause(0.05)
    assert "the changed configuration is refused" in server.log
    with Person(server.public) as person:
        assert person.sign_up(address("kind")).status_code == httpx.codes.OK


def test_a_server_ends_although_plugins_hang(tmp_path: Path) -> None:
    (tmp_path / "operators_own.py").write_text(MODULE)
    server = RunningServer(tmp_path, calling("hangs"))
    server.environment["PYTHONPATH"] = f"{surroundings()['PYTHONPATH']}:{tmp_path}"
    with server, Person(server.public) as person:
        assert person.sign_up(address("newcomer")).status_code == 500
        begun = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - begun < 20


@pytest.mark.parametrize("checked", [True, False])
def test_a_start_with_a_function_that_is_not_there_is_refused_with_its_place(tmp_path: Path, *, checked: bool) -> None:
    server = RunningServer(tmp_path, calling("nobody"))
    place = f"{server.file}: selfservice.flows.registration.after.password.hooks.0.config.call: "
    reason = f"{place}the module operators_own is not installed or not on the path of Python"
    if checked:
        found = CliRunner().invoke(config, ["check", str(server.file), "--dev"], obj=Surroundings())
        assert (found.exit_code, found.output.strip()) == (1, reason)
        return
    ended = subprocess.run(
        command(*server.arguments), cwd=tmp_path, env=surroundings(), capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert reason in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not server.database.exists()
