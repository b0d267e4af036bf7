"""Does a running server ask for keys, and does it note what operators change? (docs/adr/0020, docs/adr/0022)"""
# ruff: noqa: TID251 - a real server is asked over a real network, and a revocation takes real time

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from limen.cli import limen
from limen.kernel.json_doc import JsonObject
from server.person import address
from server.running import RunningServer, pause, small_house

GRACE = 8.0
"""More than the five seconds that a revocation may take."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with RunningServer(tmp_path_factory.mktemp("keys"), small_house()) as running:
        yield running


def run(server: RunningServer, *arguments: str, **environment: str) -> Result:
    where = {"DSN": f"sqlite://{server.database}?_fk=true", "LIMEN_ADMIN_URL": server.admin, **environment}
    return CliRunner().invoke(limen, arguments, env=where)


def make(server: RunningServer, *arguments: str) -> JsonObject:
    done = run(server, "keys", "create", *arguments)
    assert done.exit_code == 0, done.output
    found: JsonObject = json.loads(done.stdout)
    return found


def ask(
    server: RunningServer, key: object = None, method: str = "GET", path: str = "/admin/identities"
) -> httpx.Response:
    headers = {"authorization": f"Bearer {key}"} if key else {}
    body = {"schema_id": "default", "traits": {"email": address()}} if method == "POST" else None
    return httpx.request(method, server.admin + path, headers=headers, json=body, timeout=30, trust_env=False)


def until(server: RunningServer, status: int, key: object = None) -> httpx.Response:
    """The first answer with that status, or the last one within the grace."""
    ends = time.monotonic() + GRACE
    while (answer := ask(server, key)).status_code != status and time.monotonic() < ends:
        pause(0.1)
    return answer


def test_keys_of_a_running_server(server: RunningServer) -> None:
    assert ask(server).status_code == 200
    whole = make(server, "deploy")
    reader = make(server, "watcher", "--scope", "read")
    refused = until(server, 401)
    assert (refused.status_code, refused.json()["error"]["id"]) == (401, "admin_key_missing")
    assert refused.headers["www-authenticate"].startswith("Bearer")
    for path in ("/health/alive", "/admin/health/ready"):
        assert ask(server, path=path).status_code == 200
    for path in (
        "/admin/metrics/prometheus",
        "/admin/version",
        "/admin/health/config",
        "/sessions/whoami",
        "/admin/audit",
    ):
        assert ask(server, path=path).status_code == 401, path

    assert ask(server, whole["key"]).status_code == 200
    created = ask(server, whole["key"], "POST")
    assert created.status_code == 201
    id = created.json()["id"]

    assert ask(server, reader["key"]).status_code == 200
    weak = ask(server, reader["key"], "POST")
    assert (weak.status_code, weak.json()["error"]["id"]) == (403, "admin_key_scope")
    wrong = ask(server, str(whole["key"])[:-1] + "!")
    assert (wrong.status_code, wrong.json()["error"]["id"]) == (401, "admin_key_invalid")

    assert run(server, "get", "identity", id).exit_code == 1
    assert run(server, "get", "identity", id, LIMEN_ADMIN_KEY=str(whole["key"])).exit_code == 0

    gone = ask(server, whole["key"], "DELETE", f"/admin/identities/{id}")
    assert gone.status_code == 204
    entries = ask(server, reader["key"], path="/admin/audit").json()
    newest = entries[0]
    assert (newest["actor"], newest["key_id"], newest["target"]) == ("deploy", whole["id"], id)
    assert newest["operation"] == "DELETE /admin/identities/{id}"
    assert entries[1]["operation"] == "POST /admin/identities"
    assert [each["operation"] for each in entries[2:]] == ["keys create"] * 2

    assert run(server, "keys", "revoke", str(whole["id"])).exit_code == 0
    dead = until(server, 401, whole["key"])
    assert (dead.status_code, dead.json()["error"]["id"]) == (401, "admin_key_invalid")
    assert run(server, "keys", "revoke", str(whole["id"])).exit_code != 0

    states = {key["name"]: key["state"] for key in json.loads(run(server, "keys", "list").stdout)}
    assert states == {"deploy": "revoked", "watcher": "good"}
    assert run(server, "keys", "revoke", str(reader["id"])).exit_code == 0
    assert until(server, 401, reader["key"]).status_code == 401
    assert ask(server).status_code == 401, "revoking the last key does not open the door"

    every_word = server.log + run(server, "keys", "list").output + run(server, "audit", "list").output + dead.text
    dumped = b"".join(file.read_bytes() for file in server.folder.glob("limen.sqlite*"))
    for secret in (str(whole["key"]), str(reader["key"])):
        assert secret not in every_word
        assert secret.encode() not in dumped


def test_a_broken_chain_is_found(server: RunningServer, tmp_path: Path) -> None:
    good = run(server, "audit", "verify")
    assert good.exit_code == 0, good.output
    hash = json.loads(good.stdout)["hash"]
    assert run(server, "audit", "verify", "--expect", hash).exit_code == 0
    assert run(server, "audit", "verify", "--expect", "f" * 64).exit_code == 1
    copy = tmp_path / "copy.sqlite"
    with closing(sqlite3.connect(server.database)) as whole, closing(sqlite3.connect(copy)) as other:
        whole.backup(other)
        other.execute("UPDATE audit_entries SET actor = 'somebody else' WHERE number = 2")
        other.commit()
    found = run(server, "audit", "verify", "--dsn", f"sqlite://{copy}?_fk=true")
    assert found.exit_code == 1
    assert json.loads(found.stdout)["broken"] == 2
