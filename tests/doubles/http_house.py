"""What stands behind the HTTP skin in a test? A configuration that the test replaces, storage in memory, quiet services."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypedDict, Unpack

import msgspec
from starlette.types import Message, Scope

from doubles.clock import ManualClock
from doubles.documents import WrittenDocuments
from doubles.entropy import SeededEntropy
from doubles.ids import CountingIds
from doubles.letters import PlainLetters
from doubles.log import KeptLog
from doubles.passwords import KnownBreaches, PlainPasswords
from doubles.schemas import EMAIL, loaded, person
from doubles.sealing import PlainSealing
from limen.app.hooks.journal import StoredJournal
from limen.app.scope import Services
from limen.app.sessions.issue import token_hash
from limen.config.flows import ErrorFlow, FlowsConfig, SettingsFlow
from limen.config.model import Config, SelfserviceConfig
from limen.config.secrets import SecretsConfig
from limen.config.serve import AdminListener, PublicListener, ServeConfig
from limen.config.source import ConfigSource
from limen.domain.identity.aal import Aal
from limen.domain.identity.identity import Identity, IdentityState
from limen.domain.ids import IdentityId, SessionId
from limen.domain.session.amr import AuthenticationMethod
from limen.domain.session.device import Device
from limen.domain.session.session import Session
from limen.http.application import Application, Manner
from limen.http.cors import Cors
from limen.http.doorway import Doorway
from limen.http.error_pages import ErrorPages
from limen.http.respond import Responder
from limen.http.routes import Route, Routes
from limen.kernel.http_values import Handler
from limen.kernel.json_doc import JsonDoc, JsonObject, JsonValue
from limen.ports.jsonnet import JsonnetFailed
from limen.ports.signing import SigningFailed
from limen.storage import SqlStorage

PUBLIC, ADMIN, UI = "http://id.test:4433", "http://ops.test:4434", "http://ui.test"
NOW = datetime(2030, 1, 1, 12, 0, 0, tzinfo=UTC)
TOKEN = "ory_st_" + "A" * 32
IDENTITY = IdentityId("00000000-0000-4000-8000-00000000000a")
SESSION = SessionId("00000000-0000-4000-8000-00000000000b")

CONFIG = Config(
    dev=True,
    serve=ServeConfig(public=PublicListener(base_url=PUBLIC), admin=AdminListener(base_url=ADMIN)),
    selfservice=SelfserviceConfig(
        default_browser_return_url=f"{UI}/",
        flows=FlowsConfig(settings=SettingsFlow(ui_url=f"{UI}/settings"), error=ErrorFlow(ui_url=f"{UI}/error")),
    ),
    secrets=SecretsConfig(default=("sixteen characters",), cookie=("sixteen characters",)),
)


class FixedSource(ConfigSource):
    """The configuration in force is whatever the test puts into `config`."""

    def __init__(self, config: Config = CONFIG) -> None:
        self.config = config

    def current(self) -> Config:
        return self.config


class OneFactor:
    """Nobody has more than a password, unless the test says so."""

    def __init__(self) -> None:
        self.aal = Aal.AAL1

    def available_aal(self, identity: Identity) -> Aal:
        return self.aal

    def first_factors(self, identity: Identity) -> int:
        return 1


class OpenSigning:
    """A token is its claims: `key set.claims`. The key set `broken` cannot sign."""

    def sign(self, jwks: bytes, claims: JsonObject) -> str:
        if jwks == b"broken":
            raise SigningFailed("no key")
        return f"{jwks.decode()}.{JsonDoc.of(claims).text}"


class ScriptedJsonnet:
    """Programs are the documents that they evaluate to; the program `fail` fails. Keeps what it was given."""

    def __init__(self) -> None:
        self.given: Mapping[str, JsonDoc] = {}

    async def evaluate(self, program: str, external: Mapping[str, JsonDoc]) -> JsonDoc:
        self.given = external
        if program == "fail":
            raise JsonnetFailed("RUNTIME ERROR: secret inside")
        return JsonDoc.parse(program)


class Habits(TypedDict, total=False):
    """What a test may set of a listener's manner."""

    cors: Cors
    rewritten: Callable[[str], str]
    hot_path: str
    hot: Handler
    tokens_first: bool


class HttpHouse:
    """Everything that the routes of one listener need."""

    def __init__(self, storage: SqlStorage) -> None:
        self.storage = storage
        self.source = FixedSource()
        self.clock = ManualClock(NOW)
        self.log = KeptLog()
        self.factors = OneFactor()
        self.documents = WrittenDocuments()
        self.jsonnet = ScriptedJsonnet()
        self.services = Services(
            clock=self.clock,
            ids=CountingIds(),
            entropy=SeededEntropy(),
            storage=storage,
            passwords=PlainPasswords(),
            breaches=KnownBreaches(),
            schemas=loaded(default=person({"email": EMAIL}), other=person({"name": {"type": "string"}})),
            factors=self.factors,
            sealing=PlainSealing(),
            signing=OpenSigning(),
            jsonnet=self.jsonnet,
            documents=self.documents,
            letters=PlainLetters(self.clock),
            journal=StoredJournal(storage, CountingIds(), self.log),
            log=self.log,
        )
        self.doorway = Doorway(self.source, self.services)

    @property
    def config(self) -> Config:
        return self.source.config

    @config.setter
    def config(self, config: Config) -> None:
        self.source.config = config

    def application(
        self, table: Mapping[str, Mapping[str, Route]], *, base_url: str = PUBLIC, **manner: Unpack[Habits]
    ) -> Application:
        """One listener with these routes."""
        responder = Responder(ErrorPages())
        return Application(self.doorway, responder, Routes(table), Manner(base_url=lambda: base_url, **manner))

    async def sign_in(self, token: str = TOKEN, *, aal: Aal = Aal.AAL1, available: Aal | None = Aal.AAL1) -> Session:
        """Store somebody with a session of that token, good for a day."""
        unit = self.storage.unit()
        identity, session = somebody(available), a_session(aal)
        unit.identities.add(identity)
        unit.sessions.add(session, token_hash(token))
        await unit.commit()
        return session


def somebody(available: Aal | None = Aal.AAL1) -> Identity:
    return Identity(
        id=IDENTITY,
        schema_id="default",
        state=IdentityState.ACTIVE,
        state_changed_at=NOW,
        traits=JsonDoc.parse('{"email": "ada@person.test"}'),
        credentials={},
        metadata_public=JsonDoc.parse('{"plan": "gold"}'),
        metadata_admin=JsonDoc.parse('{"risk": 7}'),
        available_aal=available,
        created_at=NOW,
        updated_at=NOW,
    )


def a_session(aal: Aal = Aal.AAL1) -> Session:
    return Session(
        id=SESSION,
        identity_id=IDENTITY,
        active=True,
        aal=aal,
        methods=(AuthenticationMethod(method="password", aal=Aal.AAL1, completed_at=NOW),),
        devices=(Device(id="00000000-0000-4000-8000-00000000000c", ip_address="192.0.2.1", user_agent="Toaster/1.0"),),
        authenticated_at=NOW,
        issued_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """All values of a header, joined; None without one."""
        found = [value for key, value in self.headers if key == name]
        return ", ".join(found) if found else None

    def value(self) -> JsonValue:
        return JsonDoc.parse(self.body).value()

    def json(self) -> JsonObject:
        return JsonDoc.parse(self.body).members()


async def ask(
    application: Application,
    method: str,
    address: str,
    headers: Mapping[str, str] | None = None,
    *,
    body: bytes = b"",
    peer: str = "192.0.2.7",
) -> Answer:
    """Send one request through the whole application."""
    path, _, query = address.partition("?")
    scope: Scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items()],
        "client": (peer, 50000),
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await application(scope, receive, send)
    start, content = sent
    return Answer(
        status=start["status"],
        headers=tuple((name.decode(), value.decode("latin-1")) for name, value in start["headers"]),
        body=content["body"],
    )
