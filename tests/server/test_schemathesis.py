"""Does whoever takes the API document at its word, and whoever does not, always get an answer that the document promises?

A quarter of a minute for each listener; SCHEMATHESIS_REQUESTS=10000 says to go on until that many were sent to each.
"""
# ruff: noqa: TID251 - a real server is spoken to, and how long to try depends on where we are

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from limen.kernel.json_doc import JsonObject
from server.person import Person
from server.running import RunningServer

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
PHASES = "coverage,fuzzing"
KINDS = ("login", "registration", "recovery", "verification")
"""Those that strangers may begin."""
REQUESTS = int(os.environ.get("SCHEMATHESIS_REQUESTS", "0"))
SECONDS, ROUND = 15, 300 if REQUESTS else 60
FEWEST = 20
"""Making requests takes most of the time; a busy machine gets more of it until this many were sent."""
OVER: JsonObject = {
    "selfservice": {"flows": {kind: {"enabled": True, "use": "code"} for kind in ("recovery", "verification")}}
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with RunningServer(tmp_path_factory.mktemp("schemathesis"), OVER) as running:
        yield running


def told(server: RunningServer, port: str) -> JsonObject:
    """The document with the operations of one listener only, and with flows that exist."""
    document = httpx.get(f"{server.admin}/openapi.json").json()
    base = getattr(server, port)
    with Person(server.public) as person:
        flows = {kind: person.start(kind).json()["id"] for kind in KINDS}
    for path in list(document["paths"]):
        methods = document["paths"][path]
        for method in list(methods):
            operation = methods[method]
            if base not in [found["url"].rstrip("/") for found in operation.pop("servers")]:
                del methods[method]
                continue
            kind = path.removeprefix("/self-service/").split("/")[0]
            for parameter in operation["parameters"]:
                if kind in flows and parameter["name"] in {"flow", "id"}:
                    parameter["schema"] = {"type": "string", "enum": [flows[kind]]}
        if not methods:
            del document["paths"][path]
    return document


def tried(server: RunningServer, port: str, folder: Path, seconds: int) -> int:
    """How many requests were sent and answered as promised."""
    document, report = folder / "openapi.json", folder / "report.json"
    document.write_text(json.dumps(told(server, port)))
    answer = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            *("run", str(document), "--url", getattr(server, port), "--checks", ",".join(CHECKS)),
            *("--report", "json", "--report-json-path", str(report), "--no-color", "--warnings", "off"),
            *(
                "--suppress-health-check",
                "all",
                "--generation-database",
                "none",
                "--phases",
                PHASES,
                "--max-time",
                str(seconds),
            ),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout[-6000:] + answer.stderr[-1000:]
    assert server.process is not None
    assert server.process.poll() is None
    assert "unexpected failure" not in server.log
    return int(json.loads(report.read_text())["test_cases"]["generated"])


@pytest.mark.slow
@pytest.mark.timeout(300 + REQUESTS)
@pytest.mark.parametrize("port", ["public", "admin"])
def test_every_answer_is_as_the_document_says(server: RunningServer, port: str, tmp_path: Path) -> None:
    sent = tried(server, port, tmp_path, SECONDS)
    while sent < max(REQUESTS, FEWEST):
        sent += tried(server, port, tmp_path, ROUND)
