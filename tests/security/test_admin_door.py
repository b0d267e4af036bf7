"""Can the admin interface be used, or its audit log be changed, without anybody noticing? (docs/adr/0020, docs/adr/0022)"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from sqlite3 import connect

import msgspec
import pytest

from doubles.entropy import SeededEntropy
from doubles.http_house import ADMIN, CONFIG, Answer, HttpHouse, ask
from doubles.ids import CountingIds
from limen.app.admin import issue
from limen.app.admin.issue import Mint
from limen.app.admin.storage import RecordedStorage
from limen.app.admin.verify import verify
from limen.domain.admin.audit import AuditEntry, entry
from limen.domain.admin.key import KeyScope
from limen.http.admin.audit import AuditRoutes
from limen.http.admin.guard import AdminGuard
from limen.http.admin.identities import AdminIdentityRoutes
from limen.http.admin.metrics import MetricsRoutes
from limen.http.application import Application, Manner
from limen.http.cross_port import admin_path
from limen.http.doorway import Doorway
from limen.http.error_pages import ErrorPages
from limen.http.public.health import HealthRoutes, Readiness
from limen.http.respond import Responder
from limen.http.routes import Routes
from limen.kernel.errors import MalformedInput
from limen.kernel.json_doc import JsonValue
from limen.storage import SqlStorage, open_storage

BOTH = (KeyScope.READ, KeyScope.WRITE)


class Fortress:
    """The admin listener with its guard, on a database in a file."""

    def __init__(self, storage: SqlStorage) -> None:
        self.house = HttpHouse(storage)
        self.storage = storage
        self.services = msgspec.structs.replace(self.house.services, storage=RecordedStorage(storage))
        self.mint = Mint(storage=storage, clock=self.house.clock, ids=CountingIds(), entropy=SeededEntropy())
        doorway = Doorway(self.house.source, self.services)
        table = {
            **AdminIdentityRoutes(doorway).table(),
            **AuditRoutes(doorway).table(),
            **MetricsRoutes(self._figures).table(),
            **HealthRoutes(Readiness(storage), self.house.source).admin_table(),
        }
        guard = AdminGuard(self.services.storage, self.house.source, self.house.clock, self.house.log)
        manner = Manner(base_url=lambda: ADMIN, rewritten=admin_path, guard=guard)
        self.application = Application(doorway, Responder(ErrorPages()), Routes(table), manner)

    async def _figures(self) -> bytes:
        return b"up 1"

    async def key(self, *scopes: KeyScope, lives: timedelta | None = None, name: str = "deploy") -> issue.Made:
        ends = None if lives is None else self.house.clock.now() + lives
        made = await issue.create(self.mint, name, scopes or BOTH, ends)
        self.house.clock.advance(seconds=5)
        return made

    async def send(self, method: str, path: str, key: str = "", body: JsonValue = None, **headers: str) -> Answer:
        shown = {"authorization": f"Bearer {key}"} if key else {}
        sent = json.dumps(body).encode() if body is not None else b""
        told = {"content-type": "application/json", **shown, **headers}
        return await ask(self.application, method, path, told, body=sent)

    async def entries(self) -> list[AuditEntry]:
        return list(await self.storage.audit.since(0, 1000))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "limen.sqlite"


@pytest.fixture
async def fortress(file: Path) -> AsyncIterator[Fortress]:
    storage = await open_storage(f"sqlite://{file}?_fk=true")
    yield Fortress(storage)
    await storage.close()


def error_of(answer: Answer) -> tuple[int, JsonValue]:
    error = answer.json()["error"]
    assert isinstance(error, dict)
    return answer.status, error.get("id")


def new(email: str = "ada@person.test") -> JsonValue:
    return {"schema_id": "default", "traits": {"email": email}}


async def test_without_a_key_nothing_but_health_is_answered(fortress: Fortress) -> None:
    assert (await fortress.send("GET", "/admin/identities")).status == 200
    await fortress.key()
    for method, path in (
        ("GET", "/admin/identities"),
        ("GET", "/identities"),
        ("HEAD", "/admin/identities"),
        ("POST", "/admin/identities"),
        ("GET", "/admin/audit"),
        ("GET", "/admin/metrics/prometheus"),
        ("GET", "/admin/health/config"),
        ("GET", "/admin/version"),
        ("GET", "/admin/identities/"),
    ):
        answer = await fortress.send(method, path, body=new() if method == "POST" else None)
        assert answer.status == 401, path
    assert await fortress.storage.identities.count() == 0
    for path in ("/admin/health/alive", "/health/ready", "/health/alive/"):
        assert (await fortress.send("GET", path)).status == 200, path


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic {}", "{}", "Bearer {} {}", "Token {}", "Bearer {}x", "bearer  x{}"]
)
async def test_odd_headers_open_nothing(fortress: Fortress, header: str) -> None:
    made = await fortress.key()
    headers = {"authorization": header.replace("{}", made.secret)}
    assert (await fortress.send("GET", "/admin/identities", "", None, **headers)).status == 401


async def test_a_key_in_the_address_a_cookie_or_a_session_header_opens_nothing(fortress: Fortress) -> None:
    secret = (await fortress.key()).secret
    for path, headers in (
        (f"/admin/identities?key={secret}&access_token={secret}", {}),
        ("/admin/identities", {"cookie": f"ory_kratos_session={secret}", "x-session-token": secret}),
    ):
        assert (await fortress.send("GET", path, "", None, **headers)).status == 401


async def test_a_key_that_only_reads_changes_nothing(fortress: Fortress) -> None:
    reader = (await fortress.key(KeyScope.READ)).secret
    assert (await fortress.send("GET", "/admin/identities", reader)).status == 200
    for method in ("POST", "PATCH"):
        refused = await fortress.send(method, "/admin/identities", reader, new())
        assert error_of(refused) == (403, "admin_key_scope")
    override = await fortress.send("GET", "/admin/identities", reader, None, **{"x-http-method-override": "POST"})
    assert override.status == 200
    assert await fortress.storage.identities.count() == 0
    writer = (await fortress.key(KeyScope.WRITE, name="importer")).secret
    assert (await fortress.send("POST", "/admin/identities", writer, new())).status == 201
    assert error_of(await fortress.send("GET", "/admin/identities", writer)) == (403, "admin_key_scope")


async def test_expired_and_revoked_keys_open_nothing(fortress: Fortress) -> None:
    short, long = await fortress.key(lives=timedelta(hours=1)), await fortress.key(name="other")
    assert (await fortress.send("GET", "/admin/identities", short.secret)).status == 200
    fortress.house.clock.advance(hours=1)
    assert error_of(await fortress.send("GET", "/admin/identities", short.secret)) == (401, "admin_key_expired")
    await issue.revoke(fortress.mint, long.key.id)
    fortress.house.clock.advance(seconds=5)
    assert error_of(await fortress.send("GET", "/admin/identities", long.secret)) == (401, "admin_key_invalid")
    assert error_of(await fortress.send("GET", "/admin/identities")) == (401, "admin_key_missing")


async def test_a_key_is_nowhere_but_with_its_owner(fortress: Fortress, file: Path) -> None:
    made = await fortress.key()
    answers = [
        await fortress.send("GET", "/admin/identities", made.secret + "x"),
        await fortress.send("POST", "/admin/identities", made.secret, {"schema_id": "nowhere", "traits": {}}),
        await fortress.send("POST", "/admin/identities", made.secret, new()),
        await fortress.send("GET", "/admin/audit", made.secret),
        await fortress.send("GET", "/admin/nowhere", made.secret),
    ]
    said = repr(fortress.house.log.lines) + "".join(repr((answer.headers, answer.body)) for answer in answers)
    assert made.secret not in said
    assert made.key.hash.hex() not in said
    stored = b"".join(each.read_bytes() for each in file.parent.glob("limen.sqlite*"))
    assert made.secret.encode() not in stored
    assert made.secret not in repr(made.key)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "two\nlines", "bell\a"])
async def test_names_are_readable_on_one_line(fortress: Fortress, name: str) -> None:
    with pytest.raises(MalformedInput):
        await issue.create(fortress.mint, name, BOTH, None)


async def test_every_change_is_noted_with_who_what_before_and_after(fortress: Fortress) -> None:
    first = await fortress.send("POST", "/admin/identities", body=new())
    id = first.json()["id"]
    made = await fortress.key()
    step: JsonValue = [{"op": "replace", "path": "/state", "value": "inactive"}]
    assert (await fortress.send("PATCH", f"/admin/identities/{id}", made.secret, step)).status == 200
    assert (await fortress.send("DELETE", f"/admin/identities/{id}", made.secret)).status == 204
    assert (await fortress.send("DELETE", f"/admin/identities/{id}", made.secret)).status == 404
    assert (await fortress.send("GET", "/admin/identities", made.secret)).status == 200
    entries = await fortress.entries()
    assert [(each.draft.actor, each.draft.operation) for each in entries] == [
        ("192.0.2.7", "POST /admin/identities"),
        ("command line", "keys create"),
        ("deploy", "PATCH /admin/identities/{id}"),
        ("deploy", "DELETE /admin/identities/{id}"),
    ]
    assert [each.draft.target for each in entries] == [id, made.key.id, id, id]
    (change,) = msgspec.json.decode(entries[2].draft.change.text)["changes"]
    assert (change["before"], change["after"]) == ({"state": "active"}, {"state": "inactive"})
    assert all("ada@person.test" not in each.draft.change.text for each in entries)
    told = (await fortress.send("GET", "/admin/audit?page_size=3", made.secret)).value()
    assert isinstance(told, list)
    assert [each["number"] for each in told if isinstance(each, dict)] == [4, 3, 2]
    assert (await verify(fortress.storage.audit)).broken == 0


async def test_a_batch_notes_each_identity_and_parallel_changes_keep_one_chain(fortress: Fortress) -> None:
    batch: JsonValue = {"identities": [{"create": new(f"p{number}@person.test")} for number in range(3)]}
    assert (await fortress.send("PATCH", "/admin/identities", body=batch)).status == 200
    await asyncio.gather(
        *(fortress.send("POST", "/admin/identities", body=new(f"q{number}@person.test")) for number in range(10))
    )
    entries = await fortress.entries()
    assert len({each.draft.target for each in entries}) == 13
    assert (await verify(fortress.storage.audit)).entries == 13


async def test_what_cannot_be_noted_does_not_happen(fortress: Fortress, file: Path) -> None:
    with closing(connect(file)) as other:
        other.execute("ALTER TABLE audit_entries RENAME TO elsewhere")
        other.commit()
    answer = await fortress.send("POST", "/admin/identities", body=new())
    assert answer.status == 503
    assert await fortress.storage.identities.count() == 0


FORGERIES = {
    "changed": ("UPDATE audit_entries SET target = 'nobody' WHERE number = 3", 3),
    "backdated": ("UPDATE audit_entries SET made_at = '2029-01-01T00:00:00.000000Z' WHERE number = 2", 2),
    "removed": ("DELETE FROM audit_entries WHERE number = 2", 2),
    "first removed": ("DELETE FROM audit_entries WHERE number = 1", 1),
    "swapped": ("UPDATE audit_entries SET number = CASE number WHEN 2 THEN -3 ELSE -2 END WHERE number IN (2, 3)", 2),
    "hash written anew": ("UPDATE audit_entries SET hash = 'f' || substr(hash, 2) WHERE number = 2", 2),
}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_forged_chain_is_found_at_its_first_wrong_entry(fortress: Fortress, file: Path, forgery: str) -> None:
    for number in range(5):
        await fortress.send("POST", "/admin/identities", body=new(f"p{number}@person.test"))
    assert (await verify(fortress.storage.audit)).entries == 5
    statement, broken = FORGERIES[forgery]
    with closing(connect(file)) as other:
        other.execute(statement)
        other.execute("UPDATE audit_entries SET number = -number WHERE number < 0")
        other.commit()
    found = await verify(fortress.storage.audit)
    assert (found.broken, found.entries) == (broken, broken - 1)


async def test_an_entry_written_anew_with_its_hash_breaks_the_next_one(fortress: Fortress, file: Path) -> None:
    for number in range(3):
        await fortress.send("POST", "/admin/identities", body=new(f"p{number}@person.test"))
    second = (await fortress.entries())[1]
    forged = entry(2, msgspec.structs.replace(second.draft, actor="somebody else"), second.previous)
    with closing(connect(file)) as other:
        other.execute(
            "UPDATE audit_entries SET actor = ?, hash = ? WHERE number = 2", (forged.draft.actor, forged.hash)
        )
        other.commit()
    assert (await verify(fortress.storage.audit)).broken == 3


async def test_a_cut_off_end_is_found_by_a_hash_that_was_noted(fortress: Fortress, file: Path) -> None:
    for number in range(3):
        await fortress.send("POST", "/admin/identities", body=new(f"p{number}@person.test"))
    noted = (await verify(fortress.storage.audit)).hash
    with closing(connect(file)) as other:
        other.execute("DELETE FROM audit_entries WHERE number = 3")
        other.commit()
    assert (await verify(fortress.storage.audit)).broken == 0
    assert (await verify(fortress.storage.audit, noted)).broken == 3


async def test_no_request_can_put_anything_odd_into_the_log(fortress: Fortress) -> None:
    odd = "%00%0a" + "x" * 4000
    await fortress.send("DELETE", f"/admin/identities/{odd}")
    fortress.house.config = CONFIG
    assert all(len(each.draft.target) <= 128 for each in await fortress.entries())
    for query in ("page_size=-1", "page_token=x", "page_size=1e9", "page_token=9999999999999999999999"):
        assert (await fortress.send("GET", f"/admin/audit?{query}")).status == 400
