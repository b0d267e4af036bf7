"""Does the API document tell everything that is served, and everything that clients of Kratos look for?"""

import json
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import yaml
from openapi_spec_validator import validate

from limen.config.load import LoadedConfig
from limen.domain.flow.kinds import FlowKind
from limen.http.cross_port import ADMIN_PATHS, PUBLIC_PATHS, admin_path
from limen.http.openapi import forms, names
from limen.http.openapi.document import MARK, OPERATIONS, described, route_of
from limen.http.openapi.operations import Port
from limen.http.routes import ANY
from limen.kernel.json_doc import JsonObject
from limen.methods import discovered
from play import House, built, loaded
from play_config import base
from play_visitor import Answer

ROOT = Path(__file__).parents[2]
REFERENCE = json.loads((ROOT / "tests" / "fixtures" / "api" / "reference.json").read_text())
"""Which operations and schemas Kratos' document has: names, methods, paths and fields, nothing else of it."""
METHODS = frozenset({"get", "post", "put", "patch", "delete"})
PAGES = ("/ui", "/ui/{}")
"""What people look at is no API."""


async def document(path: str = "/openapi.json", *, admin: bool = True, **serve: object) -> JsonObject:
    house = await built({"serve": {"public": serve}} if serve else None)
    house.source.use(in_production(house))
    answer = await read(house, path, admin=admin)
    assert answer.status == 200
    return json.loads(answer.body)


def in_production(house: House) -> LoadedConfig:
    found = loaded(base())
    return msgspec.structs.replace(found, config=msgspec.structs.replace(house.config, dev=False))


async def read(house: House, path: str, *, admin: bool = True) -> Answer:
    return await (house.answer_admin(path, "") if admin else house.answer("GET", path, {}, b"", ""))


def operations(found: JsonObject) -> dict[str, tuple[str, str, JsonObject]]:
    return {
        operation["operationId"]: (method.upper(), path, operation)
        for path, methods in found["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    }


def left_out() -> frozenset[str]:
    """What docs/wire.md says is not in the document, with its reason: operations, parameters, schemas, fields."""
    text = (ROOT / "docs" / "wire.md").read_text()
    section = text.split("## What the API document leaves out")[1].split("\n## ")[0]
    rows = [line.split("|") for line in section.splitlines() if line.startswith("| `")]
    assert all(reason.strip() for _, _, reason, _ in rows)
    return frozenset(name for _, missing, _, _ in rows for name in re.findall(r"`([^`]+)`", missing))


async def test_every_route_has_an_operation() -> None:
    house = await built()
    elsewhere = {
        Port.PUBLIC: {(route_of(path), method) for path, methods in ADMIN_PATHS.items() for method in methods},
        Port.ADMIN: {(route_of(admin_path(path)), m) for path, methods in PUBLIC_PATHS.items() for m in methods},
    }
    for port, application in ((Port.PUBLIC, house.public), (Port.ADMIN, house.admin)):
        routes = application._routes.methods()
        assert len(routes) > 20
        untold = [
            (path, method)
            for path, methods in routes.items()
            for method in (methods if methods != {ANY} else {"GET"})
            if (route_of(path), method) not in described(port) | elsewhere[port] and route_of(path) not in PAGES
        ]
        assert untold == [], f"give these an operation in src/limen/http/openapi/{port}.py"


async def test_every_operation_is_served() -> None:
    assert {operation.id for operation in OPERATIONS} - {"readInbox"} <= operations(await document()).keys()


async def test_every_operation_of_kratos_is_there_or_explained() -> None:
    ours, explained = operations(await document()), left_out()
    for id, expected in REFERENCE["operations"].items():
        if id not in ours:
            assert id in explained, f"{id} is neither served nor explained in docs/wire.md"
            continue
        method, path, operation = ours[id]
        assert (method, path) == (expected["method"], expected["path"])
        assert MARK not in operation
        told = {f"{each['in']} {each['name'].lower()}" for each in operation["parameters"]}
        missing = {f"{id}.{name.split()[1]}" for name in set(expected["parameters"]) - told}
        assert missing <= explained
    assert {id for id, (_, _, operation) in ours.items() if operation.get(MARK)} == ours.keys() - REFERENCE[
        "operations"
    ].keys()


async def test_every_schema_of_kratos_is_there_or_explained() -> None:
    schemas, explained = (await document())["components"]["schemas"], left_out()
    untold = REFERENCE["schemas"].keys() - schemas.keys()
    assert untold - explained == set()
    for name, fields in REFERENCE["schemas"].items():
        missing = {f"{name}.{field}" for field in set(fields) - schemas.get(name, {}).get("properties", {}).keys()}
        assert name in untold or missing <= explained, missing - explained


async def test_what_is_explained_as_missing_is_missing() -> None:
    found = await document()
    ours, schemas = operations(found), found["components"]["schemas"]
    for name in left_out():
        whole, _, part = name.partition(".")
        known = whole in REFERENCE["operations"] or whole in REFERENCE["schemas"]
        assert known, f"docs/wire.md explains {name}, which Kratos does not have"
        if not part:
            assert whole not in ours, name
            assert whole not in schemas, name
        elif whole in ours:
            assert part not in {each["name"].lower() for each in ours[whole][2]["parameters"]}, name
        else:
            assert part not in schemas[whole]["properties"], name


@pytest.mark.parametrize("admin", [True, False])
async def test_the_document_is_valid(admin: bool) -> None:
    validate(await document(admin=admin, openapi=True))


async def test_yaml_says_the_same() -> None:
    house = await built()
    answer = await read(house, "/openapi.yaml")
    assert dict(answer.headers)["content-type"].startswith("application/yaml")
    assert yaml.safe_load(answer.body) == await document()


async def test_the_public_port_tells_of_itself_alone_and_only_where_the_operator_agrees() -> None:
    house = await built()
    house.source.use(in_production(house))
    for path in ("/openapi.json", "/openapi.yaml"):
        assert (await read(house, path, admin=False)).status == 404
    told = operations(await document(admin=False, openapi=True))
    assert "toSession" in told
    assert not [path for _, path, _ in told.values() if path.startswith("/admin")]


async def test_a_new_address_is_in_the_document_at_once() -> None:
    house = await built()
    assert json.loads((await read(house, "/openapi.json")).body)["servers"][0]["url"] != "https://people.example"
    await house.reconfigured({"serve": {"public": {"base_url": "https://people.example/"}}})
    servers = json.loads((await read(house, "/openapi.json")).body)["servers"]
    assert [server["description"] for server in servers] == ["public", "admin"]
    assert servers[0]["url"].startswith("https://people.example")


def test_every_method_has_a_form_in_every_flow_it_takes_part_in() -> None:
    taken = {
        kind: {method.name for method in discovered() if getattr(method, kind.value) is not None} for kind in FlowKind
    }
    assert {kind: set(methods) for kind, methods in forms.FORMS.items()} == taken


def test_nothing_of_it_is_imported_at_the_start() -> None:
    program = "import sys, limen.bootstrap.listeners; print('limen.http.openapi.document' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


def test_the_flows_of_all_kinds_are_told() -> None:
    assert names.FLOWS.keys() == {f"{kind.value}Flow" for kind in FlowKind}
