"""What becomes of a change of address that waits for its proof? It is kept beside the person, and comes true with the proof (VER-15, HOOK-12)."""

import hashlib
from datetime import datetime

import msgspec

from limen.app.flows import proving
from limen.app.scope import Scope
from limen.domain.flow.details import VerificationDetail
from limen.domain.flow.flow import Flow
from limen.domain.identity.addresses import Via
from limen.domain.identity.apply import applied
from limen.domain.identity.identity import Identity
from limen.domain.ids import FlowId, IdentityId
from limen.kernel.json_doc import JsonDoc
from limen.ports.parking import Parked
from limen.ports.traits import TraitsInvalid

_NAME = "address_change"


class PendingChange(msgspec.Struct, frozen=True, kw_only=True):
    """All traits as they are wanted, the address that has to be proven first, and a fingerprint of the traits of then."""

    flow_id: FlowId
    via: Via
    address: str
    traits: msgspec.Raw
    instead_of: str


def kept(flow_id: FlowId, address: tuple[Via, str], wanted: Identity, before: Identity, until: datetime) -> Parked:
    """The change as it is kept: one for each person, a later one takes the place of an earlier one."""
    via, value = address
    pending = PendingChange(
        flow_id=flow_id, via=via, address=value, traits=wanted.traits.raw, instead_of=_fingerprint(before)
    )
    return Parked(
        id=_place(before.id), name=_NAME, identity_id=before.id, payload=JsonDoc.of(pending), expires_at=until
    )


def place_of(identity: Identity) -> str:
    """Under which id the change of a person is kept."""
    return _place(identity.id)


async def whose(scope: Scope, flow: Flow[VerificationDetail], via: Via, address: str) -> Identity | None:
    """Whose address this is, or will be once it is proven."""
    found = await scope.services.storage.identities.by_verifiable_address(via, address)
    return found if found is not None else await owner(scope, flow, via, address)


async def owner(scope: Scope, flow: Flow[VerificationDetail], via: Via, address: str) -> Identity | None:
    """Whose address this will be, if the flow was begun to prove it: so that another message can be asked for."""
    if flow.detail.identity_id is None:
        return None
    pending = await _found(scope, flow, flow.detail.identity_id)
    if pending is None or (pending.via, pending.address) != (via, address):
        return None
    return await scope.services.storage.identities.get(flow.detail.identity_id)


async def come_true(
    scope: Scope, flow: Flow[VerificationDetail], identity: Identity, via: Via, address: str
) -> Identity | None:
    """The identity with the change and the address proven; None when nothing waits, when the traits are others than
    those that the change was made to, or when somebody else is at the keyboard (VER-15).
    """
    if scope.session is None or scope.session.identity.id != identity.id:
        return None
    pending = await _found(scope, flow, identity.id)
    if pending is None or (pending.via, pending.address) != (via, address):
        return None
    if pending.instead_of != _fingerprint(identity):
        return None
    schemas, now = scope.services.schemas, scope.services.clock.now()
    try:
        reading = schemas.read(schemas.require(identity.schema_id), JsonDoc(pending.traits))
    except TraitsInvalid:
        return None
    changed = applied(reading, identity, now, scope.services.ids)
    addresses = tuple(
        proving.proven(each, now) if (each.via, each.value) == (via, address) else each
        for each in changed.verifiable_addresses
    )
    return msgspec.structs.replace(changed, verifiable_addresses=addresses)


async def _found(scope: Scope, flow: Flow[VerificationDetail], identity_id: IdentityId) -> PendingChange | None:
    found = await scope.services.storage.parked.get(_place(identity_id))
    if found is None or found.name != _NAME or found.expires_at <= scope.services.clock.now():
        return None
    pending = found.payload.read(PendingChange)
    return pending if pending.flow_id == flow.id else None


def _place(id: IdentityId) -> str:
    return f"{_NAME}/{id}"


def _fingerprint(identity: Identity) -> str:
    return hashlib.sha256(identity.traits.text.encode()).hexdigest()
