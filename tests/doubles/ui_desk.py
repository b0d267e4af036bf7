"""Who answers the pages in tests? A desk with made-up flows and people, and a small server around it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from doubles import ui_flows
from doubles.clock import ManualClock
from doubles.entropy import SeededEntropy
from limen.domain.flow.details import Detail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind
from limen.domain.identity.aal import Aal
from limen.domain.identity.addresses import AddressStatus, VerifiableAddress, Via
from limen.domain.identity.identity import Identity, IdentityState
from limen.domain.ids import IdentityId, SessionId
from limen.domain.session.device import Device
from limen.domain.session.session import CheckedSession, Session
from limen.kernel.http_values import Request
from limen.kernel.json_doc import JsonDoc
from limen.ui.desk import ErrorShown, FlowMissing, MissingReason, SessionNotEnded, SignedIn
from limen.ui.pages import Pages

NOW = ui_flows.NOW
ADA = IdentityId("00000000-0000-4000-8000-000000000001")
AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML) Version/19.0 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0",
    "python-httpx/0.28.1",
)


def session(number: int, ago: timedelta = timedelta()) -> Session:
    return Session(
        id=SessionId(f"10000000-0000-4000-8000-{number:012}"),
        identity_id=ADA,
        active=True,
        aal=Aal.AAL1,
        methods=(),
        devices=(
            Device(id="d", ip_address=f"203.0.113.{number + 7}", user_agent=AGENTS[number % 4], location="Lisbon, PT"),
        ),
        authenticated_at=NOW - ago,
        issued_at=NOW - ago,
        expires_at=NOW + timedelta(days=1),
    )


def person() -> Identity:
    address = VerifiableAddress(
        id="a",
        value="ada@example.org",
        verified=True,
        via=Via.EMAIL,
        status=AddressStatus.COMPLETED,
        created_at=NOW,
        updated_at=NOW,
    )
    return Identity(
        id=ADA,
        schema_id="default",
        state=IdentityState.ACTIVE,
        state_changed_at=NOW,
        traits=JsonDoc.of({"email": "ada@example.org", "name": {"first": "Ada", "last": "Lovelace"}}),
        credentials={},
        verifiable_addresses=(address,),
        created_at=NOW,
        updated_at=NOW,
    )


class FakeDesk:
    """Knows the flows of ui_flows and Ada, who is signed in when the request has the cookie `ada=1`."""

    def __init__(self) -> None:
        self.ended: list[str] = []
        self.known: dict[str, Flow[Detail] | FlowMissing] = {flow.id: flow for flow in ui_flows.ALL.values()}

    async def flow(self, kind: FlowKind, id: str, request: Request) -> Flow[Detail] | FlowMissing:
        start = self.start_url(kind, request.query("return_to"))
        found = self.known.get(id, FlowMissing(reason=MissingReason.UNKNOWN, restart_url=start))
        return (
            found
            if isinstance(found, FlowMissing) or found.kind is kind
            else FlowMissing(reason=MissingReason.UNKNOWN, restart_url=start)
        )

    async def visitor(self, request: Request) -> SignedIn | None:
        if "ada=1" not in request.header("cookie"):
            return None
        others = (session(1, timedelta(hours=3)), session(2, timedelta(days=1)), session(3, timedelta(days=60)))
        return SignedIn(
            session=CheckedSession(session=session(0), identity=person()),
            others=tuple(other for other in others if other.id not in self.ended),
            logout_url="/self-service/logout?token=ory_lo_made_up",
            csrf_token="made-up-token",
        )

    async def error(self, id: str, request: Request) -> ErrorShown | None:
        return {
            "csrf": ErrorShown(
                status=403,
                message="The request was rejected.",
                reason="No cookie was sent.",
                id="security_csrf_violation",
            ),
            "stub:500": ErrorShown(status=500, message="An internal error occurred.", reason="<b>Storage</b> is away."),
        }.get(id)

    async def end_session(self, request: Request, session_id: str) -> None:
        if b"csrf_token=made-up-token" not in request.body:
            raise SessionNotEnded("The CSRF token does not fit.")
        self.ended.append(session_id)

    def start_url(self, kind: FlowKind, return_to: str) -> str:
        query = f"?return_to={return_to}" if return_to else ""
        return f"http://127.0.0.1:4433/self-service/{kind.value}/browser{query}"

    def offered(self) -> frozenset[FlowKind]:
        return frozenset(FlowKind)

    def destinations(self) -> tuple[str, ...]:
        return ("https://app.example/welcome",)


def fake_pages(desk: FakeDesk | None = None) -> Pages:
    return Pages(desk or FakeDesk(), ManualClock(NOW), SeededEntropy())


@contextmanager
def serving(pages: Pages) -> Iterator[str]:
    """The pages on a loopback port; everything else answers with what was posted."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if path == "/made-up/keys.js":
                self.reply(
                    200,
                    (("content-type", "text/javascript"),),
                    b"window.madeUpInit=()=>{window.ready=1};window.madeUpLogin=()=>{window.pressed=1}",
                )
                return
            if not path.startswith("/ui"):
                self.reply(200, (("content-type", "text/plain"),), body)
                return
            headers = tuple((name.lower(), value) for name, value in self.headers.items())
            request = Request(method=self.command, path=path, query_string=query, headers=headers, body=body)
            response = asyncio.run(pages(request))
            self.reply(response.status, response.headers, response.body)

        def do_POST(self) -> None:
            self.do_GET()

        def reply(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
