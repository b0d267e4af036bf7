"""How do flows, identities and sessions look to web hooks? As on the wire, as their people see them (WH-02, WH-16)."""

from datetime import datetime

from limen.domain.flow.details import Detail
from limen.domain.flow.flow import Flow
from limen.domain.identity.identity import Identity
from limen.domain.session.session import Session
from limen.kernel.json_doc import JsonDoc
from limen.wire import flow as wire_flow
from limen.wire import identity as wire_identity
from limen.wire import session as wire_session


class WireShapes:
    """Implements `app.hooks.web_hook.context.Shapes` with the shapes of the API."""

    def flow(self, flow: Flow[Detail], owner: Identity | None, base_url: str) -> JsonDoc:
        shown = wire_identity.public(owner, base_url) if owner is not None else None
        return JsonDoc.of(wire_flow.flow(flow, shown))

    def identity(self, identity: Identity, base_url: str) -> JsonDoc:
        return JsonDoc.of(wire_identity.public(identity, base_url))

    def session(self, session: Session, identity: Identity, base_url: str, now: datetime) -> JsonDoc:
        return JsonDoc.of(wire_session.session(session, wire_identity.public(identity, base_url), now=now))
