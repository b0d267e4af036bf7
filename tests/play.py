"""How does a test talk to the whole house? As a browser, a single-page app or a native app, without sockets or waiting.

    house = await built(after("login", "revoke_active_sessions"))
    visitor = house.visitor(Client.SPA)
    form = await visitor.start("login", return_to="http://app.test/inside")
    outcome = await visitor.submit(form, method="password", identifier="ada@house.test", password="wrong")
    assert outcome.form.said == [4000006]

What comes back reads the same for the three clients: the form again, an error, or being done.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
import pytest

from doubles.clock import ManualClock
from doubles.egress import ScriptedEgress
from doubles.entropy import SeededEntropy
from doubles.ids import CountingIds
from doubles.letters import PlainLetters
from doubles.log import KeptLog
from doubles.passwords import KnownBreaches, PlainPasswords
from limen.adapters.documents import UrlDocuments
from limen.adapters.jwt import JoseSigning
from limen.adapters.session_cipher import AesSealing
from limen.app.flows.contract import Authenticated, Draft
from limen.app.flows.engine import FlowEngine
from limen.app.hooks.runner import HookRunner, MakeHook
from limen.app.identities.aal import MethodFactors
from limen.app.identities.schemas import LoadedSchemas
from limen.app.scope import Client, Services
from limen.bootstrap.build import HOOKS
from limen.bootstrap.desk import PublicDesk
from limen.bootstrap.engines import engines
from limen.bootstrap.listeners import listeners
from limen.config.generated_secrets import NoSecrets
from limen.config.load import FileText, LoadedConfig, LoadRequest, interpret
from limen.config.model import Config
from limen.config.source import ConfigSource
from limen.domain.flow.details import LoginDetail, RegistrationDetail
from limen.domain.identity.credentials import CredentialType
from limen.domain.identity.identity import Identity, IdentityState
from limen.domain.ids import IdentityId
from limen.http.application import Application
from limen.http.doorway import Doorway
from limen.http.error_pages import ErrorPages
from limen.http.public.health import Readiness
from limen.http.respond import Responder
from limen.kernel.json_doc import JsonDoc, JsonObject, JsonValue
from limen.methods import discovered
from limen.ports.jsonnet import JsonnetFailed
from limen.ports.storage import IdentityFilter, Page
from limen.storage import SqlStorage
from limen.storage.dsn import parse_dsn
from limen.storage.sqlite.connect import connect
from limen.storage.sqlite.database import SqliteMemory
from limen.storage.sqlite.schema import lead
from limen.ui.pages import Pages
from play_config import PASSWORD, base, merged
from play_shown import Answer, Outcome, Shown, flat, listed, part

CLIENTS: Final = (Client.BROWSER, Client.SPA, Client.API)
WEB: Final = (Client.BROWSER, Client.SPA)
AGAIN: Final = {Client.BROWSER: 303, Client.SPA: 400, Client.API: 400}
"""The status with which each client is shown the form again."""
EACH: Final = pytest.mark.parametrize("client", CLIENTS)
EACH_WEB: Final = pytest.mark.parametrize("client", WEB)
ADA: Final = "ada@house.test"
BOB: Final = "bob@house.test"
SESSION_COOKIE: Final = "ory_kratos_session"
CSRF_COOKIE: Final = "csrf_token_"


# -- who asks -----------------------------------------------------------------------------------------------------------


class Visitor:
    """One browser, single-page app or native app, with its cookies and its session token."""

    def __init__(self, house: "House", client: Client) -> None:
        self.house = house
        self.client = client
        self.jar: dict[str, str] = {}
        self.token = ""
        self.headers: dict[str, str] = {}
        """Sent with every request, over what this client sends anyway."""

    # plain requests

    async def get(self, path: str, **query: str) -> Answer:
        return await self.call("GET", path, **query)

    async def delete(self, path: str, body: JsonObject | None = None, **query: str) -> Answer:
        return await self.call("DELETE", path, body=body, **query)

    async def call(
        self, method: str, path: str, *, body: bytes | JsonObject | None = None, type: str = "", **query: str
    ) -> Answer:
        """One request. An object is sent as JSON; cookies are kept."""
        headers = {"accept": "text/html" if self.client is Client.BROWSER else "application/json"}
        if isinstance(body, dict):
            body, type = json.dumps(body).encode(), type or "application/json"
        if type:
            headers["content-type"] = type
        if self.jar:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        if self.token:
            headers["x-session-token"] = self.token
        answer = await self.house.answer(method, path, headers | self.headers, body or b"", urlencode(query))
        for cookie in answer.all_headers("set-cookie"):
            name, _, rest = cookie.partition("=")
            value = rest.partition(";")[0]
            if "Max-Age=0" in cookie:
                self.jar.pop(name, None)
            else:
                self.jar[name] = value
        return answer

    # flows

    async def begin(self, kind: str, **query: str) -> Outcome:
        """Ask for a flow; it may be refused."""
        type = "api" if self.client is Client.API else "browser"
        return await self.seen(kind, await self.get(f"/self-service/{kind}/{type}", **query))

    async def start(self, kind: str, **query: str) -> Shown:
        """Ask for a flow that has to be given."""
        return (await self.begin(kind, **query)).shown

    async def fetch(self, kind: str, id: str) -> Answer:
        return await self.get(f"/self-service/{kind}/flows", id=id)

    async def submit(self, form: Shown, **fields: JsonValue) -> Outcome:
        """Fill the form in and send it: as fields by browsers, as JSON by apps. The anti-CSRF token goes along unless said."""
        return await self.post(form.kind, form.id, {"csrf_token": form.csrf, **fields})

    async def post(self, kind: str, id: str, fields: JsonObject) -> Outcome:
        path = f"/self-service/{kind}"
        if self.client is Client.BROWSER:
            body, type = urlencode(flat(fields), doseq=True).encode(), "application/x-www-form-urlencoded"
            return await self.seen(kind, await self.call("POST", path, body=body, type=type, flow=id))
        return await self.seen(kind, await self.call("POST", path, body=fields, flow=id))

    async def post_raw(self, kind: str, id: str, body: bytes, type: str = "application/json") -> Outcome:
        return await self.seen(kind, await self.call("POST", f"/self-service/{kind}", body=body, type=type, flow=id))

    async def seen(self, kind: str, answer: Answer) -> Outcome:
        """What an answer shows, whatever the client."""
        body = answer.json
        if answer.location:
            return await self._followed(kind, answer)
        if "ui" in body:
            return Outcome(answer=answer, form=Shown(kind=kind, wire=body))
        if "error" in body:
            where = str(body.get("redirect_browser_to", ""))
            return Outcome(answer=answer, error=answer.error, result=body, went_to=where)
        if self.client is Client.API and "session_token" in body:
            self.token = str(body["session_token"])
        items = listed(body, "continue_with")
        where = next((str(item["redirect_browser_to"]) for item in items if "redirect_browser_to" in item), "")
        return Outcome(answer=answer, result=body, went_to=where)

    async def _followed(self, kind: str, answer: Answer) -> Outcome:
        query = parse_qs(urlsplit(answer.location).query)
        flows = self.house.config.selfservice.flows
        pages = {
            "login": flows.login.ui_url,
            "registration": flows.registration.ui_url,
            "settings": flows.settings.ui_url,
            "recovery": flows.recovery.ui_url,
            "verification": flows.verification.ui_url,
        }
        if "id" in query and urlsplit(answer.location).path.endswith(f"/{kind}/flows"):
            fetched = await self.fetch(kind, query["id"][0])
            return Outcome(answer=answer, form=Shown(kind=kind, wire=fetched.json))
        if "flow" in query and answer.location.startswith(pages.get(kind, "?")):
            fetched = await self.fetch(kind, query["flow"][0])
            assert fetched.status == 200, fetched.body
            return Outcome(answer=answer, form=Shown(kind=kind, wire=fetched.json))
        if answer.location.startswith(flows.error.ui_url):
            page = await self.get("/self-service/errors", id=query["id"][0])
            return Outcome(answer=answer, error=part(page.json, "error"))
        return Outcome(answer=answer, went_to=answer.location)

    # what most tests do on the way

    async def sign_up(self, email: str, password: str = PASSWORD, **traits: JsonValue) -> Outcome:
        form = await self.start("registration")
        return await self.submit(form, method="password", password=password, traits={"email": email, **traits})

    async def sign_in(self, email: str, password: str = PASSWORD, **query: str) -> Outcome:
        return await self.submit(
            await self.start("login", **query), method="password", identifier=email, password=password
        )

    async def whoami(self) -> Answer:
        return await self.get("/sessions/whoami")

    async def signed_in(self) -> bool:
        return (await self.whoami()).status == 200

    async def session(self) -> JsonObject:
        answer = await self.whoami()
        assert answer.status == 200, answer.body
        return answer.json

    def forget_session(self) -> None:
        """Lose the session, keep the rest."""
        self.token = ""
        self.jar.pop(SESSION_COOKIE, None)


# -- the house ----------------------------------------------------------------------------------------------------------


class NoPrograms:
    """No test here needs Jsonnet; its own tests are with the adapter."""

    async def evaluate(self, program: str, external: Mapping[str, JsonDoc]) -> JsonDoc:
        raise JsonnetFailed("There is no Jsonnet in this house.")


class GivenSource(ConfigSource):
    """Holds a configuration that was not read from a file."""

    def __init__(self, loaded: LoadedConfig) -> None:
        self._loaded = loaded


class House(msgspec.Struct, frozen=True, kw_only=True):
    """A whole server in the test's own process."""

    source: GivenSource
    services: Services
    storage: SqlStorage
    schemas: LoadedSchemas
    clock: ManualClock
    passwords: PlainPasswords
    breaches: KnownBreaches
    letters: PlainLetters
    log: KeptLog
    egress: ScriptedEgress
    public: Application
    login: FlowEngine[LoginDetail, Authenticated]
    registration: FlowEngine[RegistrationDetail, Draft]

    @property
    def config(self) -> Config:
        return self.source.current()

    def visitor(self, client: Client = Client.API) -> Visitor:
        return Visitor(self, client)

    async def reconfigured(self, over: Mapping[str, JsonValue]) -> None:
        """Put another configuration in force: the base with other differences."""
        await self.use(loaded(merged(base(), over)))

    async def use(self, found: LoadedConfig) -> None:
        await self.schemas.load(found.config)
        self.source.use(found)

    async def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes, query: str) -> Answer:
        sent: list[dict[str, object]] = []

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Mapping[str, object]) -> None:
            sent.append(dict(message))

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
            "client": ("203.0.113.7", 40000),
        }
        await self.public(scope, receive, send)
        start, rest = sent
        found = start["headers"]
        assert isinstance(found, list)
        head = tuple((name.decode(), value.decode("latin-1")) for name, value in found)
        status, content = start["status"], rest["body"]
        assert isinstance(status, int)
        assert isinstance(content, bytes)
        assert status != 500, f"{method} {path}: {content!r} {self.log.lines[-2:]}"
        return Answer(status=status, headers=head, body=content)

    async def identity(self, id: str) -> Identity:
        found = await self.storage.identities.get(IdentityId(id))
        assert found is not None
        return found

    async def change(self, id: str, **changes: object) -> None:
        """What an operator, or a feature that is still to come, does to somebody."""
        found = await self.identity(id)
        self.clock.advance(milliseconds=1)
        unit = self.storage.unit()
        unit.identities.save(msgspec.structs.replace(found, updated_at=self.clock.now(), **changes), found)
        await unit.commit()

    async def switch_off(self, id: str) -> None:
        await self.change(id, state=IdentityState.INACTIVE)

    async def hash_of(self, id: str) -> str:
        """The stored hash of somebody's password."""
        credential = (await self.identity(id)).credentials[CredentialType.PASSWORD]
        return str(credential.config.members().get("hashed_password", ""))

    async def identities(self) -> int:
        return await self.storage.identities.count()

    async def identity_ids(self) -> list[str]:
        return [str(found.id) for found in await self.storage.identities.page(IdentityFilter(), Page(limit=1000))]


_EMPTY: dict[str, bytes] = {}
_LOADED: dict[str, LoadedConfig] = {}


def empty_storage() -> SqlStorage:
    """A database in memory with its tables; they are made once and copied."""
    connection = connect(parse_dsn("memory"))
    if not _EMPTY:
        lead(connection)
        _EMPTY["memory"] = connection.serialize()
    else:
        connection.deserialize(_EMPTY["memory"])
    return SqlStorage(SqliteMemory(connection))


def loaded(document: JsonObject) -> LoadedConfig:
    """The configuration that a document says, as if it were the one file."""
    return loaded_text(json.dumps(document), ".json")


def loaded_text(text: str, suffix: str = ".yml") -> LoadedConfig:
    if text not in _LOADED:
        _LOADED[text] = interpret(LoadRequest(dev=True), [FileText(Path(f"house{suffix}"), text)], NoSecrets())
    return _LOADED[text]


async def built(
    over: Mapping[str, JsonValue] | None = None,
    *,
    schema: JsonObject | None = None,
    hooks: Mapping[str, MakeHook] | None = None,
    passwords: PlainPasswords | None = None,
) -> House:
    """A house with the base configuration and these differences; `hooks` are added to those that Limen has."""
    document = merged(base(schema), over or {})
    return await housed(loaded(document), hooks=hooks, passwords=passwords)


async def housed(
    found: LoadedConfig,
    *,
    hooks: Mapping[str, MakeHook] | None = None,
    passwords: PlainPasswords | None = None,
    storage: SqlStorage | None = None,
) -> House:
    """A house with this configuration. A `storage` of another house makes it that house after a restart."""
    source, methods = GivenSource(found), discovered()
    clock, entropy, log, egress = ManualClock(), SeededEntropy(), KeptLog(), ScriptedEgress()
    documents, letters = UrlDocuments(egress, Path()), PlainLetters(clock)
    schemas = LoadedSchemas(documents)
    await schemas.load(found.config)
    kept, hasher, breaches = storage or empty_storage(), passwords or PlainPasswords(), KnownBreaches()
    services = Services(
        clock=clock,
        ids=CountingIds(),
        entropy=entropy,
        storage=kept,
        passwords=hasher,
        breaches=breaches,
        schemas=schemas,
        factors=MethodFactors(method.credential for method in methods if method.credential is not None),
        sealing=AesSealing(entropy),
        signing=JoseSigning(),
        jsonnet=NoPrograms(),
        documents=documents,
        letters=letters,
        log=log,
    )
    doorway = Doorway(source, services)
    flows = engines(methods, HookRunner({**HOOKS, **(hooks or {})}))
    pages = Pages(PublicDesk(doorway, flows), clock, entropy)
    both = listeners(doorway, Responder(ErrorPages()), Readiness(kept), kept, flows, pages)
    return House(
        source=source,
        services=services,
        storage=kept,
        schemas=schemas,
        clock=clock,
        passwords=hasher,
        breaches=breaches,
        letters=letters,
        log=log,
        egress=egress,
        public=both.public,
        login=flows.login,
        registration=flows.registration,
    )
