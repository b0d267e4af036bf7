"""What is a web hook told? The `ctx` of its program: flow, request, identity and session (WH-02, WH-05, WH-16)."""

from datetime import datetime
from typing import Protocol

import msgspec

from limen.app.hooks.contract import (
    Changed,
    Changing,
    FlowStarting,
    HookEvent,
    LoggedIn,
    Regaining,
    Registered,
    Registering,
    Verified,
)
from limen.app.scope import Scope
from limen.domain.flow.details import Detail
from limen.domain.flow.flow import Flow
from limen.domain.flow.kinds import FlowKind
from limen.domain.identity.identity import Identity
from limen.domain.session.session import Session
from limen.kernel.json_doc import EMPTY, JsonDoc


class Shapes(Protocol):
    """How flows, identities and sessions are written: as the API writes them, tokens and credentials left out."""

    def flow(self, flow: Flow[Detail], owner: Identity | None, base_url: str) -> JsonDoc:
        """The flow; with `owner`, whose account it changes."""
        ...

    def identity(self, identity: Identity, base_url: str) -> JsonDoc:
        """The identity without credentials and without what only operators may see."""
        ...

    def session(self, session: Session, identity: Identity, base_url: str, now: datetime) -> JsonDoc:
        """The session with its identity and without its token."""
        ...


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """The value of `ctx`. Field names are Kratos'."""

    flow: msgspec.Raw
    request_headers: msgspec.Raw
    request_method: str
    request_url: str
    request_cookies: dict[str, str]
    identity: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    session: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class _Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Whom an event is about, as far as hooks are told."""

    identity: Identity | None = None
    session: Session | None = None
    owner: Identity | None = None
    """Whom the session belongs to, as it was before the event."""


def context(shapes: Shapes, scope: Scope, event: HookEvent) -> JsonDoc:
    """What the hook's program sees of an event."""
    base_url, told = scope.config.serve.public.base_url, _subject(scope, event)
    flow = event.flow
    if not isinstance(event, FlowStarting):
        # Kratos' programs rely on it being there once a form was sent.
        flow = msgspec.structs.replace(flow, transient_payload=flow.transient_payload or EMPTY)
    if isinstance(event, LoggedIn):
        flow = msgspec.structs.replace(flow, active=event.method)
    owner = told.owner if event.flow.kind is FlowKind.SETTINGS else None
    session: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    if told.session is not None and told.owner is not None:
        session = shapes.session(told.session, told.owner, base_url, scope.services.clock.now()).raw
    return JsonDoc.of(
        Context(
            flow=shapes.flow(flow, owner, base_url).raw,
            request_headers=scope.visitor.headers.raw,
            request_method=scope.http_method,
            request_url=scope.url,
            request_cookies=dict(scope.visitor.cookies),
            identity=shapes.identity(told.identity, base_url).raw if told.identity is not None else msgspec.UNSET,
            session=session,
        )
    )


def _subject(scope: Scope, event: HookEvent) -> _Subject:
    """Which of identity and session Kratos hands on, position by position."""
    match event:
        case FlowStarting() if event.kind is FlowKind.SETTINGS and scope.session is not None:
            return _Subject(session=scope.session.session, owner=scope.session.identity)
        case LoggedIn():
            return _Subject(identity=event.identity, session=event.session, owner=event.identity)
        case Changing() | Changed():
            return _Subject(identity=event.identity, session=event.session, owner=event.before)
        case Registering() | Registered() | Regaining() | Verified():
            return _Subject(identity=event.identity)
        case _:
            return _Subject()


def identity_of(event: HookEvent) -> Identity | None:
    """Whom the event is about; nobody when a flow only begins."""
    return None if isinstance(event, FlowStarting) else event.identity
