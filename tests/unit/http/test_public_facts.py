"""Health, schemas, error pages and well-known addresses: what the public listener says to whoever asks."""

import base64
import re
from datetime import timedelta

import msgspec
import pytest

from doubles.http_house import ADMIN, NOW, PUBLIC, UI, HttpHouse, ask
from limen import __version__
from limen.config.flows import FlowsConfig
from limen.http.application import Application
from limen.http.cross_port import admin_path
from limen.http.public.error_pages import ErrorPageRoutes
from limen.http.public.health import HealthRoutes, Readiness
from limen.http.public.schemas import SchemaRoutes
from limen.http.public.well_known import WellKnownRoutes
from limen.kernel.json_doc import JsonDoc
from limen.ports.storage import ErrorPage

ID = "00000000-0000-4000-8000-00000000000e"


class Database:
    def __init__(self) -> None:
        self.reason = ""

    async def ready(self) -> str:
        return self.reason


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
def readiness(database: Database) -> Readiness:
    return Readiness(database)


@pytest.fixture
def public(house: HttpHouse, readiness: Readiness) -> Application:
    table = {
        **SchemaRoutes(house.doorway).table(),
        **ErrorPageRoutes(house.doorway).table(),
        **WellKnownRoutes(house.source).table(),
        **HealthRoutes(readiness, house.source).public_table(),
    }
    return house.application(table)


@pytest.fixture
def admin(house: HttpHouse, readiness: Readiness) -> Application:
    table = HealthRoutes(readiness, house.source).admin_table()
    return house.application(table, base_url=ADMIN, rewritten=admin_path)


@pytest.mark.covers("HTTP-40", "HTTP-41", "OBS-01")
@pytest.mark.parametrize("path", ["/health/alive", "/health/ready"])
async def test_both_ports_say_that_they_are_well(public: Application, admin: Application, path: str) -> None:
    for answer in (
        await ask(public, "GET", path),
        await ask(admin, "GET", path),
        await ask(admin, "GET", f"/admin{path}"),
    ):
        assert (answer.status, answer.json()) == (200, {"status": "ok"})
    assert (await ask(admin, "POST", path)).header("allow") == "GET"


@pytest.mark.covers("HTTP-41")
async def test_only_operators_are_told_why_it_is_not_ready(
    database: Database, public: Application, admin: Application
) -> None:
    database.reason = "Migrations are pending at db.internal."
    told, kept = await ask(admin, "GET", "/health/ready"), await ask(public, "GET", "/health/ready")
    assert told.status == kept.status == 503
    assert told.json()["errors"] == {"database": "Migrations are pending at db.internal."}
    assert "internal" not in kept.body.decode()
    assert set(kept.json()) == {"error", "errors"}
    assert (await ask(public, "GET", "/health/alive")).status == 200


@pytest.mark.covers("OPS-08")
async def test_a_server_that_stops_is_not_ready(readiness: Readiness, public: Application) -> None:
    readiness.draining = True
    assert (await ask(public, "GET", "/health/ready")).status == 503
    assert (await ask(public, "GET", "/health/alive")).status == 200


@pytest.mark.covers("HTTP-42", "QK-24")
async def test_the_version_is_for_operators(public: Application, admin: Application) -> None:
    assert (await ask(admin, "GET", "/version")).json() == {"version": __version__}
    for path in ("/version", "/health/config"):
        assert (await ask(public, "GET", path)).status == 404


@pytest.mark.covers("HTTP-82", "CFG-16")
async def test_the_configuration_has_a_fingerprint(house: HttpHouse, admin: Application) -> None:
    first, again = await ask(admin, "GET", "/health/config"), await ask(admin, "GET", "/health/config")
    assert first.header("content-type") == "text/plain; charset=utf-8"
    assert re.fullmatch(rb"[0-9a-f]{64}", first.body)
    assert again.body == first.body
    house.config = msgspec.structs.replace(house.config, dsn="memory")
    assert (await ask(admin, "GET", "/health/config")).body != first.body
    house.config = msgspec.structs.replace(house.config, revision="release-7")
    assert (await ask(admin, "GET", "/health/config")).body == b"release-7"


@pytest.mark.covers("HTTP-36", "PAGE-07", "QK-19")
@pytest.mark.parametrize("path", ["/schemas", "/admin/schemas", "/schemas/"])
async def test_all_schemas_are_listed_in_their_order(public: Application, path: str) -> None:
    answer = await ask(public, "GET", path)
    listed = answer.value()
    assert isinstance(listed, list)
    assert [entry["id"] for entry in listed if isinstance(entry, dict)] == ["default", "other"]
    assert answer.header("x-total-count") == "2"
    assert re.fullmatch(
        rf'<{path}\?page=0&page_size=250&page_token=\S+&per_page=250>; rel="first"', answer.header("link") or ""
    )


@pytest.mark.covers("HTTP-36", "PAGE-07")
async def test_schemas_come_in_pages_that_count_from_zero(public: Application) -> None:
    pages = [(await ask(public, "GET", f"/schemas?per_page=1&page={page}")).value() for page in range(3)]
    assert [[entry["id"] for entry in page if isinstance(entry, dict)] for page in pages if isinstance(page, list)] == [
        ["default"],
        ["other"],
        [],
    ]
    first = await ask(public, "GET", "/schemas?page_size=1")
    (url,) = re.findall(r'<([^>]*)>; rel="next"', first.header("link") or "")
    second = await ask(public, "GET", url)
    assert second.body != first.body
    assert 'rel="next"' not in (second.header("link") or "")


@pytest.mark.covers("HTTP-37", "SCH-21")
async def test_a_schema_is_found_by_its_id_plain_or_encoded(house: HttpHouse, public: Application) -> None:
    document = house.services.schemas.require("default").document.value()
    encoded = base64.urlsafe_b64encode(b"default").decode().rstrip("=")
    for address in ("/schemas/default", f"/schemas/{encoded}", f"/admin/schemas/{encoded}"):
        answer = await ask(public, "GET", address)
        assert (answer.status, answer.value()) == (200, document)
    for address in ("/schemas/nobody", "/schemas/a/b", "/schemas/%00", "/schemas/" + "x" * 5000):
        unknown = await ask(public, "GET", address)
        assert unknown.status == 404
        assert set(unknown.json()) == {"error"}


async def keep(house: HttpHouse, **error: int | str) -> None:
    unit = house.storage.unit()
    unit.error_pages.add(ErrorPage(id=ID, error=JsonDoc.of(error), csrf_token="t", created_at=NOW))
    await unit.commit()


@pytest.mark.covers("ERR-02", "ERR-05", "HTTP-26")
@pytest.mark.parametrize("query", [f"id={ID}", f"error={ID}", f"error={ID}&id=other", f"id={ID.upper()}"])
async def test_a_kept_error_can_be_read_again_and_again(house: HttpHouse, public: Application, query: str) -> None:
    await keep(house, code=400, status="Bad Request", message="No.")
    for _ in range(2):
        answer = await ask(public, "GET", f"/self-service/errors?{query}")
        assert (answer.status, answer.json()) == (
            200,
            {
                "id": ID,
                "error": {"code": 400, "status": "Bad Request", "message": "No."},
                "created_at": "2030-01-01T12:00:00Z",
                "updated_at": "2030-01-01T12:00:00Z",
            },
        )


@pytest.mark.covers("ERR-02")
async def test_an_old_error_can_no_longer_be_read(house: HttpHouse, public: Application) -> None:
    await keep(house, code=400)
    house.clock.advance(timedelta(hours=1))
    assert (await ask(public, "GET", f"/self-service/errors?id={ID}")).status == 200
    house.clock.advance(seconds=1)
    assert (await ask(public, "GET", f"/self-service/errors?id={ID}")).status == 404


@pytest.mark.covers("ERR-02")
@pytest.mark.parametrize("query", ["", "?id=", "?id=not-an-id", f"?id={ID}", "?id=stub:400", "?id=%00"])
async def test_an_unknown_error_is_not_found(public: Application, query: str) -> None:
    answer = await ask(public, "GET", f"/self-service/errors{query}")
    error = answer.json()["error"]
    assert isinstance(error, dict)
    assert (answer.status, error["code"]) == (404, 404)


@pytest.mark.covers("ERR-03")
async def test_the_stub_helps_those_who_build_pages(public: Application) -> None:
    answer = await ask(public, "GET", "/self-service/errors?id=stub:500")
    found = answer.json()
    assert answer.status == 200
    assert set(found) == {"id", "error", "created_at", "updated_at"}
    error = found["error"]
    assert isinstance(error, dict)
    assert (error["code"], error["status"]) == (500, "Internal Server Error")


@pytest.mark.covers("HTTP-39", "SET-19")
async def test_password_managers_find_the_page_that_changes_passwords(house: HttpHouse, public: Application) -> None:
    answer = await ask(public, "GET", "/.well-known/change-password")
    assert (answer.status, answer.header("location")) == (303, f"{UI}/settings")
    selfservice = msgspec.structs.replace(house.config.selfservice, flows=FlowsConfig())
    house.config = msgspec.structs.replace(house.config, selfservice=selfservice)
    answer = await ask(public, "GET", "/.well-known/change-password")
    assert answer.header("location") == f"{PUBLIC}/self-service/settings/browser"
