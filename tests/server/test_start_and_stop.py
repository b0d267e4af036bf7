"""Does the server start where it should, refuse where it must, and leave nothing half done when it is stopped?"""

import stat
import subprocess
import threading
from pathlib import Path

import httpx  # noqa: TID251 - the tests are outside
import pytest

from server.person import Person, address
from server.running import RunningServer, command, pause, surroundings

SECONDS = 30


@pytest.fixture
def own(tmp_path: Path) -> RunningServer:
    """A server of this test alone."""
    return RunningServer(tmp_path)


@pytest.mark.covers("SEED4-04", "SEED4-19", "SEED4-22", "CFG-06")
def test_nothing_has_to_be_configured(own: RunningServer) -> None:
    own.file.unlink()
    own.arguments = ("serve",)
    own.environment = {"SERVE_PUBLIC_PORT": str(own.public_port), "SERVE_ADMIN_PORT": str(own.admin_port)}
    own.start()
    try:
        data = own.folder / "data"
        assert {file.name for file in data.iterdir()} >= {"limen.sqlite", "limen.sqlite.secret"}
        assert stat.S_IMODE((data / "limen.sqlite.secret").stat().st_mode) == 0o600
        assert stat.S_IMODE((data / "limen.sqlite").stat().st_mode) == 0o600
        page = httpx.get(f"{own.public}/self-service/registration/browser", headers={"accept": "text/html"})
        assert "/ui/registration?flow=" in page.headers["location"]
        secret = (data / "limen.sqlite.secret").read_text()
    finally:
        assert own.stop() == 0
    with own:
        assert (data / "limen.sqlite.secret").read_text() == secret


def test_a_second_server_on_the_same_file_is_refused(
    own: RunningServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with own, Person(own.public) as person:
        assert own.process is not None
        second = RunningServer(tmp_path_factory.mktemp("second"), {"dsn": str(own.config["dsn"])})
        refused = subprocess.run(
            command(*second.arguments),
            cwd=second.folder,
            env=surroundings(),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert refused.returncode == 1
        assert f"in use by process {own.process.pid}" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert person.sign_up(address()).status_code == 200


def test_a_taken_port_is_one_clear_message(own: RunningServer, limen: RunningServer) -> None:
    own.arguments = (*own.arguments, "--dev")
    own.environment = {"SERVE_PUBLIC_PORT": str(limen.public_port)}
    refused = subprocess.run(
        command(*own.arguments),
        cwd=own.folder,
        env=surroundings(own.environment),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert refused.returncode != 0
    assert str(limen.public_port) in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.covers("OPS-08")
def test_what_is_under_way_is_finished_before_the_end(tmp_path: Path) -> None:
    slow = {"hashers": {"algorithm": "bcrypt", "bcrypt": {"cost": 13}}}
    server = RunningServer(tmp_path, slow).start()
    statuses: list[int] = []
    with Person(server.public) as person:
        flow = person.start("registration").json()
        email = address()
        sender = threading.Thread(
            target=lambda: statuses.append(
                person.send(flow, traits={"email": email}, password="correct-horse-7battery").status_code
            )
        )
        sender.start()
        pause(0.15)  # the hash takes several times as long
        assert server.stop() == 0
        sender.join(SECONDS)
    assert statuses == [200]
    with server, Person(server.public) as again:
        assert again.sign_in(email).status_code == 200


@pytest.mark.covers("SEED4-11")
def test_accounts_and_sessions_outlive_a_restart(own: RunningServer) -> None:
    with Person(own.public) as person:
        with own:
            assert person.sign_up(address()).status_code == 200
        with own:
            assert person.whoami().status_code == 200
