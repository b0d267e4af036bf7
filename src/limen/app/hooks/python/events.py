"""What is a plugin told? The event of the house in the words of `limen.plugin`, without a secret in it."""

from datetime import datetime
from typing import Final, TypedDict

from limen import plugin
from limen.app.hooks import contract
from limen.app.scope import Scope
from limen.domain.flow.details import Detail
from limen.domain.flow.flow import Flow
from limen.domain.identity.identity import Identity
from limen.domain.session.session import Session
from limen.kernel.json_doc import JsonObject

KINDS: Final[dict[type[contract.HookEvent], type[plugin.Event]]] = {
    contract.FlowStarting: plugin.FlowStarting,
    contract.LoggedIn: plugin.LoggedIn,
    contract.Registering: plugin.Registering,
    contract.Registered: plugin.Registered,
    contract.Changing: plugin.Changing,
    contract.Changed: plugin.Changed,
    contract.Regaining: plugin.Regaining,
    contract.Verified: plugin.Verified,
}
"""What each event is called in a plugin."""


_ALONE: Final[
    dict[type[contract.HookEvent], type[plugin.Registering] | type[plugin.Registered] | type[plugin.Verified]]
] = {
    contract.Registering: plugin.Registering,
    contract.Registered: plugin.Registered,
    contract.Verified: plugin.Verified,
}
"""The events that know a person and no session of theirs."""


class _Every(TypedDict):
    flow: plugin.Form
    visitor: plugin.Visitor
    at: datetime
    options: JsonObject


def told(scope: Scope, event: contract.HookEvent, options: JsonObject) -> plugin.Event:
    """The event as a plugin hears it."""
    every = _Every(flow=_form(event.flow), visitor=_visitor(scope), at=scope.services.clock.now(), options=options)
    match event:
        case contract.FlowStarting():
            return plugin.FlowStarting(**every)
        case contract.LoggedIn() | contract.Regaining():
            signed_in = plugin.LoggedIn if isinstance(event, contract.LoggedIn) else plugin.Regaining
            return signed_in(
                **every, person=_person(event.identity), session=_session(event.session), method=event.method
            )
        case contract.Registering() | contract.Registered() | contract.Verified():
            return _ALONE[type(event)](**every, person=_person(event.identity), method=event.method)
        case contract.Changing() | contract.Changed():
            kind = plugin.Changing if isinstance(event, contract.Changing) else plugin.Changed
            return kind(
                **every,
                person=_person(event.identity),
                before=_person(event.before),
                session=_session(event.session),
                method=event.method,
            )


def _form(flow: Flow[Detail]) -> plugin.Form:
    return plugin.Form(
        id=flow.id,
        kind=flow.kind.value,
        type=flow.type.value,
        request_url=flow.request_url,
        return_to=flow.return_to,
        transient_payload=None if flow.transient_payload is None else flow.transient_payload.value(),
    )


def _visitor(scope: Scope) -> plugin.Visitor:
    visitor = scope.visitor
    return plugin.Visitor(
        client=scope.client.value,
        ip=visitor.ip,
        user_agent=visitor.user_agent,
        location=visitor.location,
        language=visitor.language,
    )


def _person(identity: Identity) -> plugin.Person:
    public, admin = identity.metadata_public, identity.metadata_admin
    return plugin.Person(
        id=identity.id,
        schema_id=identity.schema_id,
        state=identity.state.value,
        traits=identity.traits.members(),
        metadata_public=None if public is None else public.value(),
        metadata_admin=None if admin is None else admin.value(),
        addresses=tuple(
            plugin.Address(value=each.value, via=each.via.value, verified=each.verified)
            for each in identity.verifiable_addresses
        ),
        credentials=tuple(sorted(kind.value for kind in identity.credentials)),
        external_id=identity.external_id or "",
        organization_id=identity.organization_id or "",
        created_at=identity.created_at,
        updated_at=identity.updated_at,
    )


def _session(session: Session) -> plugin.SignIn:
    return plugin.SignIn(
        id=session.id,
        aal=session.aal.value,
        methods=tuple(each.method for each in session.methods),
        authenticated_at=session.authenticated_at,
        expires_at=session.expires_at,
    )
