"""How does a test talk to the whole house? As a browser, a single-page app or a native app, without sockets or waiting.

    house = await built(after("login", "revoke_active_sessions"))
    visitor = house.visitor(Client.SPA)
    form = await visitor.start("login", return_to="http://app.test/inside")
    outcome = await visitor.submit(form, method="password", identifier="ada@house.test", password="wrong")
    assert outcome.form.said == [4000006]

What comes back reads the same for the three clients: the form again, an error, or being done.
"""

import json
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

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
from limen.adapters.plugins import ImportedPlugins
from limen.adapters.session_cipher import AesSealing
from limen.adapters.system import SystemIds
from limen.app.flows.contract import Authenticated, Draft
from limen.app.flows.engine import FlowEngine
from limen.app.flows.method import Method
from limen.app.flows.owed import Owed
from limen.app.hooks.deliveries.dispatch import Deliverer
from limen.app.hooks.journal import StoredJournal
from limen.app.hooks.runner import HookRunner, MakeHook
from limen.app.hooks.web_hook.delivering import Sending
from limen.app.hooks.web_hook.hook import WebHooks
from limen.app.hooks.web_hook.sending import Pause
from limen.app.identities.aal import MethodFactors
from limen.app.identities.schemas import LoadedSchemas
from limen.app.scope import Client, Services
from limen.bootstrap.build import hook_makers
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
from limen.kernel.egress import Egress
from limen.kernel.json_doc import JsonDoc, JsonObject, JsonValue
from limen.methods import discovered
from limen.ports.jsonnet import Jsonnet, JsonnetFailed
from limen.ports.storage import IdentityFilter, Page
from limen.storage import SqlStorage
from limen.storage.dsn import parse_dsn
from limen.storage.sqlite.connect import connect
from limen.storage.sqlite.database import SqliteMemory
from limen.storage.sqlite.schema import lead
from limen.storage.statements import Compiled, Statement
from limen.ui.pages import Pages
from limen.wire.hook_context import WireShapes
from play_config import base, merged
from play_shown import Answer
from play_visitor import SESSION_COOKIE, Visitor

__all__ = ("SESSION_COOKIE", "Visitor")

CLIENTS: Final = (Client.BROWSER, Client.SPA, Client.API)
WEB: Final = (Client.BROWSER, Client.SPA)
AGAIN: Final = {Client.BROWSER: 303, Client.SPA: 400, Client.API: 400}
"""The status with which each client is shown the form again."""
EACH: Final = pytest.mark.parametrize("client", CLIENTS)
EACH_WEB: Final = pytest.mark.parametrize("client", WEB)
ADA: Final = "ada@house.test"
BOB: Final = "bob@house.test"
CSRF_COOKIE: Final = "csrf_token_"


async def member(house: "House", client: Client = Client.API, email: str = ADA) -> Visitor:
    """Somebody with an account who is signed in."""
    visitor = house.visitor(client)
    assert (await visitor.sign_up(email)).done
    return visitor


async def stranger(house: "House", client: Client, email: str = ADA) -> Visitor:
    """Somebody with an account who is not signed in, in a client that has never been here."""
    await member(house, Client.API, email)
    return house.visitor(client)


# -- the house ----------------------------------------------------------------------------------------------------------


class NoPrograms:
    """No test here needs Jsonnet; its own tests are with the adapter."""

    async def evaluate(self, program: str, external: Mapping[str, JsonDoc]) -> JsonDoc:
        raise JsonnetFailed("There is no Jsonnet in this house.")


async def no_pause(seconds: float) -> None:
    """Nobody waits in a test."""


class Outside(msgspec.Struct, frozen=True, kw_only=True):
    """What web hooks have: how they reach others (as everybody in the house when unset), their programs, their patience."""

    egress: Egress | None = None
    jsonnet: Jsonnet = NoPrograms()
    pause: Pause = no_pause


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
    owed: Owed
    log: KeptLog
    egress: ScriptedEgress
    deliverer: Deliverer
    public: Application
    admin: Application
    login: FlowEngine[LoginDetail, Authenticated]
    registration: FlowEngine[RegistrationDetail, Draft]
    tolerated: set[int] = msgspec.field(default_factory=set[int])
    """A test that wants a 500 says so here; everywhere else one is a failure."""

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

    async def operate(self, method: str, path: str, body: JsonObject) -> Answer:
        """What an operator asks for over the admin listener."""
        headers = {"content-type": "application/json"}
        return await self._asked(self.admin, method, path, headers, json.dumps(body).encode(), "")

    async def operator_reads(self, path: str, **query: str) -> Answer:
        """What an operator reads over the admin listener."""
        return await self._asked(self.admin, "GET", path, {}, b"", urlencode(query))

    async def answer_admin(self, path: str, query: str, *, method: str = "GET") -> Answer:
        """What an operator asks for with a query."""
        return await self._asked(self.admin, method, path, {}, b"", query)

    async def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes, query: str) -> Answer:
        return await self._asked(self.public, method, path, headers, body, query)

    async def _asked(
        self, application: Application, method: str, path: str, headers: Mapping[str, str], body: bytes, query: str
    ) -> Answer:
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
        await application(scope, receive, send)
        await self.services.aside.settled()
        start, rest = sent
        found = start["headers"]
        assert isinstance(found, list)
        head = tuple((name.decode(), value.decode("latin-1")) for name, value in found)
        status, content = start["status"], rest["body"]
        assert isinstance(status, int)
        assert isinstance(content, bytes)
        assert status != 500 or 500 in self.tolerated, f"{method} {path}: {content!r} {self.log.lines[-2:]}"
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


class LaterIds(CountingIds):
    """Ids that no earlier start of the same house gave out."""

    def __init__(self, restart: int) -> None:
        super().__init__()
        self._count = restart * 1_000_000


_RESTARTS = count(1)
_EMPTY: dict[str, bytes] = {}
_COMPILED: dict[Statement, Compiled] = {}
_LOADED: dict[str, LoadedConfig] = {}


class QuickMemory(SqliteMemory):
    """Translates each statement once for all houses of a run."""

    def compile(self, statement: Statement) -> Compiled:
        if statement not in _COMPILED:
            _COMPILED[statement] = super().compile(statement)
        return _COMPILED[statement]


def empty_storage() -> SqlStorage:
    """A database in memory with its tables; they are made once and copied."""
    connection = connect(parse_dsn("memory"))
    if not _EMPTY:
        lead(connection)
        _EMPTY["memory"] = connection.serialize()
    else:
        connection.deserialize(_EMPTY["memory"])
    return SqlStorage(QuickMemory(connection))


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
    methods: Sequence[Method] = (),
    outside: Outside | None = None,
) -> House:
    """A house with the base configuration and these differences; `hooks` and `methods` are added to those that Limen has."""
    document = merged(base(schema), over or {})
    return await housed(loaded(document), hooks=hooks, passwords=passwords, more=methods, outside=outside)


async def housed(
    found: LoadedConfig,
    *,
    hooks: Mapping[str, MakeHook] | None = None,
    passwords: PlainPasswords | None = None,
    storage: SqlStorage | None = None,
    more: Sequence[Method] = (),
    outside: Outside | None = None,
) -> House:
    """A house with this configuration. A `storage` of another house makes it that house after a restart; `more` methods
    take the place of those with the same name.
    """
    source = GivenSource(found)
    methods = tuple({method.name: method for method in (*discovered(), *more)}.values())
    clock, log, egress = ManualClock(), KeptLog(), ScriptedEgress()
    beyond = outside or Outside()
    ids, entropy = CountingIds(), SeededEntropy()
    if storage is not None:
        restart = next(_RESTARTS)
        ids, entropy = LaterIds(restart), SeededEntropy(f"restart {restart}")
    documents, letters = UrlDocuments(egress, Path()), PlainLetters(clock)
    schemas = LoadedSchemas(documents)
    await schemas.load(found.config)
    kept, hasher, breaches = storage or empty_storage(), passwords or PlainPasswords(), KnownBreaches()
    services = Services(
        clock=clock,
        ids=ids,
        entropy=entropy,
        storage=kept,
        passwords=hasher,
        breaches=breaches,
        schemas=schemas,
        factors=MethodFactors(
            (method.credential for method in methods if method.credential is not None), source.current
        ),
        sealing=AesSealing(entropy),
        signing=JoseSigning(),
        jsonnet=beyond.jsonnet,
        documents=documents,
        letters=letters,
        journal=StoredJournal(kept, SystemIds(), log),
        log=log,
    )
    doorway = Doorway(source, services)
    web_hooks = WebHooks(beyond.egress or egress, WireShapes(), log, beyond.pause)
    flows = engines(methods, HookRunner({**hook_makers(web_hooks, ImportedPlugins()), **(hooks or {})}))
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
        owed=Owed(services, source.current, flows.owing),
        log=log,
        egress=egress,
        deliverer=Deliverer(kept, Sending(services, beyond.egress or egress), clock, source.current, log),
        public=both.public,
        admin=both.admin,
        login=flows.login,
        registration=flows.registration,
    )
