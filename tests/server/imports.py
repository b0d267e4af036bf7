"""How does a test bring people from elsewhere? A server with a schema of its own, the command, and what became of them."""

import base64
import json
from pathlib import Path

from click.testing import CliRunner, Result

from limen.cli import limen
from limen.kernel.json_doc import JsonObject, JsonValue
from server.machine import ROOT
from server.person import Person
from server.running import RunningServer

DUMP = (ROOT / "tests" / "fixtures" / "imports" / "kratos.sql").read_text()
ADA, GRACE = "ada-came-with-bcrypt-7", "grace-came-with-argon-7"


def schema() -> JsonObject:
    password: JsonValue = {"credentials": {"password": {"identifier": True}}}
    email: JsonValue = {
        "credentials": {"password": {"identifier": True}},
        "verification": {"via": "email"},
        "recovery": {"via": "email"},
    }
    names: JsonValue = {"type": "object", "properties": {"first": {"type": "string"}, "last": {"type": "string"}}}
    traits: JsonValue = {
        "email": {"type": "string", "format": "email", "ory.sh/kratos": email},
        "username": {"type": "string", "ory.sh/kratos": password},
        "name": names,
        "age": {"type": "integer"},
    }
    inner: JsonValue = {"type": "object", "properties": traits, "required": ["email"], "additionalProperties": False}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {"traits": inner},
    }


def over() -> JsonObject:
    url = "base64://" + base64.b64encode(json.dumps(schema()).encode()).decode()
    return {"identity": {"default_schema_id": "default", "schemas": [{"id": "default", "url": url}]}}


def run(server: RunningServer, folder: Path, *arguments: str, **environment: str) -> Result:
    report = ("--report", str(folder / "report.ndjson"))
    done = CliRunner().invoke(limen, ["import", *arguments, "-e", server.admin, *report], env=environment)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def counts(done: Result) -> dict[str, int]:
    value = json.loads(done.stdout)
    return {name: n for name, n in value.items() if isinstance(n, int) and n}


def refusals(folder: Path) -> dict[str, str]:
    lines = [json.loads(line) for line in (folder / "report.ndjson").read_text().splitlines()]
    return {line["id"]: line["reason"] for line in lines if line["result"] == "refused"}


def identity(server: RunningServer, email: str, folder: Path) -> JsonObject:
    asked = ["list", "identities", "--identifier", email, "-e", server.admin, "--format", "json"]
    found: JsonObject = json.loads(CliRunner().invoke(limen, asked).stdout)["identities"][0]
    return found


def signs_in(server: RunningServer, name: str, password: str) -> bool:
    with Person(server.public) as person:
        return person.sign_in(name, password).status_code == 200


def assert_all_came_along(server: RunningServer, folder: Path) -> None:
    """The three of the dump: with their passwords, states, traits, metadata, addresses and credentials."""
    assert signs_in(server, "ada@kratos.test", ADA)
    assert signs_in(server, "grace@kratos.test", GRACE)
    assert not signs_in(server, "grace@kratos.test", ADA)
    assert not signs_in(server, "gone@kratos.test", ADA), "an inactive person stays so"
    ada = identity(server, "ada@kratos.test", folder)
    assert (ada["external_id"], ada["metadata_public"], ada["metadata_admin"]) == (
        "hr-1",
        {"team": 1},
        {"note": "of the house"},
    )
    assert ada["traits"] == {"email": "ada@kratos.test", "name": {"first": "Ada"}}
    addresses = [identity(server, f"{name}@kratos.test", folder)["verifiable_addresses"] for name in ("ada", "grace")]
    assert [a[0]["verified"] for a in addresses if isinstance(a, list) and isinstance(a[0], dict)] == [True, False]
    credentials = identity(server, "gone@kratos.test", folder)["credentials"]
    assert isinstance(credentials, dict)
    assert {"password", "totp", "lookup_secret"} <= set(credentials)
