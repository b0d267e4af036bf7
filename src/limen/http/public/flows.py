"""How are flows started, read and sent over HTTP? Three functions for all five kinds (HTTP-01 … HTTP-22)."""

from collections.abc import Mapping
from typing import Final, TypeAlias

import msgspec

from limen.app.errors import SessionRequired
from limen.app.flows.contract import (
    Answer,
    Authenticated,
    Change,
    Draft,
    Proof,
    Refused,
    Regained,
    Reply,
    ShowFlow,
    Start,
)
from limen.app.flows.engine import FlowEngine
from limen.app.scope import Client, Scope
from limen.domain.flow.details import (
    LoginDetail,
    RecoveryDetail,
    RegistrationDetail,
    SettingsDetail,
    VerificationDetail,
)
from limen.domain.flow.kinds import FlowType
from limen.http.body import submission
from limen.http.doorway import Doorway
from limen.http.respond import NO_CONTENT, Responder
from limen.http.routes import Errors, Route
from limen.kernel.http_values import Request, Response

Engine: TypeAlias = (
    FlowEngine[LoginDetail, Authenticated]
    | FlowEngine[RegistrationDetail, Draft]
    | FlowEngine[SettingsDetail, Change]
    | FlowEngine[RecoveryDetail, Regained]
    | FlowEngine[VerificationDetail, Proof]
)

_TRUE: Final = frozenset({"1", "t", "T", "true", "TRUE", "True"})
"""What Go's parser of booleans takes for true; anything else is not (LOGIN-02)."""


class FlowRoutes:
    """The routes of one kind of flow."""

    def __init__(self, engine: Engine, doorway: Doorway, responder: Responder) -> None:
        self._engine = engine
        self._doorway = doorway
        self._responder = responder

    def table(self) -> Mapping[str, Mapping[str, Route]]:
        base = f"/self-service/{self._engine.spec.kind.value}"
        submit = Route(self.submit, Errors.NEGOTIATED)
        return {
            f"{base}/browser": {"GET": Route(self.create_browser, Errors.NEGOTIATED)},
            f"{base}/api": {"GET": Route(self.create_native)},
            f"{base}/flows": {"GET": Route(self.fetch)},
            base: {"GET": submit, "POST": submit},
        }

    async def create_browser(self, request: Request) -> Response:
        scope = await self._doorway.scope(request)
        reply = self._noted(scope, await self._engine.create(scope, start_of(request, FlowType.BROWSER)))
        return await self._responder.respond(scope, request, reply, scope.client)

    async def create_native(self, request: Request) -> Response:
        scope = msgspec.structs.replace(await self._doorway.scope(request), client=Client.API)
        reply = self._noted(scope, await self._engine.create(scope, start_of(request, FlowType.API)))
        return await self._responder.respond(scope, request, reply, Client.API)

    async def fetch(self, request: Request) -> Response:
        """Always JSON, whoever asks (HTTP-03); but a browser that has to sign in first is led there (SET-02)."""
        scope = await self._doorway.scope(request)
        try:
            reply = await self._engine.fetch(scope, request.query("id"))
        except SessionRequired as error:
            if not error.sign_in_at:
                raise
            return await self._responder.refused(scope, request, error, scope.client)
        return await self._responder.respond(scope, request, reply, Client.API)

    async def read(self, scope: Scope, id: str, *, by_operator: bool) -> ShowFlow:
        """The flow itself, for those who tell it in another form. Raises as FlowEngine.fetch does."""
        return await self._engine.fetch(scope, id, by_operator=by_operator)

    async def submit(self, request: Request) -> Response:
        """A form that was sent, or a link of a message that was opened. Looking ahead (HEAD, a browser's prefetch) spends
        no link (security.md §2.7).
        """
        opened = self._engine.spec.opened and request.method in {"GET", "HEAD"}
        if opened and (request.method == "HEAD" or _looks_ahead(request)):
            return Response(status=NO_CONTENT)
        scope = await self._doorway.scope(request)
        if opened:
            answer: Answer = await self._engine.open(scope, request.query("flow"), submission(request))
        else:
            answer = await self._engine.submit(scope, request.query("flow"), submission(request))
        return await self._responder.respond(scope, request, self._noted(scope, answer.reply), answer.client)

    def _noted(self, scope: Scope, reply: Reply) -> Reply:
        """Count what came of a step: begun, again, or what the reply is called."""
        match reply:
            case ShowFlow():
                outcome = "shown_again" if reply.again else "shown"
            case Refused():
                outcome = type(reply.error).__name__
            case _:
                outcome = type(reply).__name__
        scope.services.meter.flow(self._engine.spec.kind.value, outcome)
        return reply


def _looks_ahead(request: Request) -> bool:
    return any("prefetch" in request.header(name).lower() for name in ("sec-purpose", "purpose"))


def start_of(request: Request, type: FlowType) -> Start:
    asked = dict(reversed(request.query_items()))  # of several with one name the first counts
    return Start(
        type=type,
        request_url=request.url,
        return_to=asked.get("return_to", ""),
        refresh=asked.get("refresh") in _TRUE,
        aal=asked.get("aal", ""),
        via=asked.get("via", ""),
        organization=asked.get("organization", ""),
        identity_schema=asked.get("identity_schema", ""),
        after_verification_return_to=asked.get("after_verification_return_to", ""),
        wants_exchange_code=asked.get("return_session_token_exchange_code") in _TRUE,
    )
